/** The user and group that `gutinteg service install` makes. */
export const SERVICE_USER = 'gutinteg';
