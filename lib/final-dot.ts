/** `lab.example.` → `lab.example`: in DNS a dot at the end says that a name is whole, and is no part of it elsewhere. */
export function withoutFinalDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
