# bash completion of sulcus; the words come from the program itself

_sulcus() {
	local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]-} file='' word words=()
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(sulcus help --names 2>/dev/null) --help --version" -- "$cur")
		return
	fi
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(sulcus help --names "$command" 2>/dev/null) --help" -- "$cur")
		[[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
		return
	fi
	for word in "${COMP_WORDS[@]:2:COMP_CWORD-2}"; do
		[[ $word == *.yaml || $word == *.yml ]] && file=$word
	done
	case $command in
	nodes) mapfile -t words < <(sulcus nodes --names 2>/dev/null) ;;
	help) mapfile -t words < <(sulcus help --names 2>/dev/null) ;;
	explain) [ -n "$file" ] && mapfile -t words < <(sulcus plan --steps "$file" 2>/dev/null) ;;
	run) [[ ${COMP_WORDS[COMP_CWORD-1]} == --only && -n $file ]] &&
		mapfile -t words < <(sulcus plan --steps "$file" 2>/dev/null) ;;
	esac
	if [ ${#words[@]} -gt 0 ]; then
		mapfile -t COMPREPLY < <(compgen -W "${words[*]}" -- "$cur")
		return
	fi
	compopt -o filenames
	case $command in
	run | check | plan | explain | graph)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur"; compgen -f -X '!*.y?(a)ml' -- "$cur") ;;
	*)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}

complete -F _sulcus sulcus
