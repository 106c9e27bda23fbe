# Called by bash for every TAB. The typed line is cut and compared, never evaluated.
_PROGRAM_complete() {
  local IFS=$' \t\n' words current skip redirected
  local path commands options arity kind choices
  local site=. option='' ended='' position=0 prefix='' word
  COMPREPLY=()
  _PROGRAM_split "${COMP_LINE:0:COMP_POINT}"
  _PROGRAM_at ''
  for word in "${words[@]:1}"; do _PROGRAM_pass "$word"; done
  # A dash begins an option also where a value might be left out or might have ended.
  if [[ $option && $arity != one && $current == -* ]]; then option=''; fi

  if [[ $redirected ]]; then
    _PROGRAM_paths file
  elif [[ $option ]]; then
    _PROGRAM_values "$option"
  elif [[ ! $ended && $current == --*=* ]]; then
    prefix=${current%%=*}= current=${current#*=}
    _PROGRAM_values "${prefix%=}"
  elif [[ ! $ended && $current == -* ]]; then
    _PROGRAM_offer "${options[@]}"
  else
    if ((position == 0)); then _PROGRAM_offer "${commands[@]}"; fi
    _PROGRAM_values "$position"
  fi
}

# Cuts a line into words as the shell does: quotes and backslashes are taken away, nothing is expanded but a ~ in front.
# Sets words; current, the unfinished one at the end; and skip, the number of its characters that readline leaves alone, because
# it replaces a word only from the last character in COMP_WORDBREAKS on.
_PROGRAM_split() {
  local line=$1 char quote='' begun='' tilde='' outside=0 index
  words=() current='' skip=0 redirected=''
  for ((index = 0; index < ${#line}; index++)); do
    char=${line:index:1}
    if [[ $char == "$quote" ]]; then
      quote='' skip=$outside
    elif [[ $quote == "'" ]]; then
      current+=$char
    elif [[ $char == '\' ]]; then
      index=$((index + 1)) begun=yes
      # Between double quotes a backslash stands for itself, but before these.
      if [[ $quote && ${line:index:1} != [\$\`\"\\] ]]; then current+=$char; fi
      current+=${line:index:1}
    elif [[ $quote ]]; then
      current+=$char
    elif [[ $char == [\"\'] ]]; then
      quote=$char begun=yes outside=$skip skip=${#current}
    elif [[ $char == [[:blank:]] ]]; then
      _PROGRAM_end_word
    elif [[ $char == [\<\>\&] ]]; then
      if [[ $current == +([0-9]) ]]; then begun=''; fi
      _PROGRAM_end_word
      redirected=yes
    else
      if [[ ! $begun && $char == '~' ]]; then tilde=yes; fi
      current+=$char begun=yes
      if [[ $COMP_WORDBREAKS == *"$char"* ]]; then skip=${#current}; fi
    fi
  done
}

# The word that is the target of a redirection is not one of the program's.
_PROGRAM_end_word() {
  if [[ $tilde && ($current == '~' || $current == '~/'*) ]]; then current=$HOME${current:1}; fi
  if [[ $begun && ! $redirected ]]; then words+=("$current"); fi
  if [[ $begun ]]; then redirected=''; fi
  current='' skip=0 outside=0 begun='' tilde=''
}

# Goes past a finished word: a command, an option, the value of the option before it, or an argument.
_PROGRAM_pass() {
  if [[ $option && ($arity == one || $1 != -*) ]]; then
    if [[ $option == --site ]]; then site=$1; fi
    if [[ $arity != many ]]; then option=''; fi
    return
  fi
  option=''
  if [[ $ended ]]; then
    position=$((position + 1))
  elif [[ $1 == -- ]]; then
    ended=yes
  elif [[ $1 == --site=* ]]; then
    site=${1#*=}
  elif [[ $1 == -* ]]; then
    if _PROGRAM_value "$path" "$1"; then option=$1; fi
  elif ((position > 0)) || ! _PROGRAM_at "$path $1"; then
    position=$((position + 1))
  fi
}

# Offers what an option (--site) or the argument with a number (0) can be.
_PROGRAM_values() {
  _PROGRAM_value "$path" "$1" || return
  case $kind in
    '') _PROGRAM_offer "${choices[@]}" ;;
    directory | file) _PROGRAM_paths "$kind" ;;
    *) _PROGRAM_names ;;
  esac
}

# Offers the given words that begin with what is typed.
_PROGRAM_offer() {
  local word
  for word; do
    if [[ $word == "$current"* ]]; then
      word=$prefix$word
      COMPREPLY+=("${word:skip}")
    fi
  done
}

# Offers names of the site; readline inserts them as they are, so all must be plain.
_PROGRAM_names() {
  local names
  mapfile -t names < <(_PROGRAM_words "$kind" "$site" "$current")
  if [[ "${names[*]}" == *[!A-Za-z0-9._:=\ -]* ]]; then return; fi
  if [[ $kind == assignment ]]; then compopt -o nospace 2>/dev/null; fi
  _PROGRAM_offer "${names[@]}"
}

# Offers files or directories; with this option readline quotes them and adds the slash.
_PROGRAM_paths() {
  local paths path
  compopt -o filenames 2>/dev/null
  mapfile -t paths < <(compgen -A "$1" -- "$current")
  for path in "${paths[@]}"; do
    # Behind a tilde bash 5.2 quotes too little: `$(x)` becomes `$\(x)`.
    if [[ $path == '~'*[!A-Za-z0-9._/-]* ]]; then path=$HOME${path:1}; fi
    path=$prefix$path
    COMPREPLY+=("${path:skip}")
  done
}

complete -F _PROGRAM_complete PROGRAM
