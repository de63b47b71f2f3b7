import type { CommandContext } from '../command-context.ts';

export type Shell = 'bash' | 'zsh';

// Each asks the program itself, so that they are never older than it.
const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# bash completion of sandglass: eval "$(sandglass completion bash)"
_sandglass() {
  local cur=\${COMP_WORDS[COMP_CWORD]} candidates
  candidates=$(sandglass complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return 0
  mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$cur")
}
complete -o default -F _sandglass sandglass`,
  zsh: `# zsh completion of sandglass: eval "$(sandglass completion zsh)", after compinit
_sandglass() {
  local -a candidates
  candidates=("\${(@f)$(sandglass complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if (( \${#candidates} )) && [[ -n \${candidates[1]} ]]; then compadd -a candidates; else _files; fi
}
compdef _sandglass sandglass`,
};

/** The script that a shell reads to complete what is typed. */
export function completion({ output }: CommandContext, shell: Shell): void {
  output.result(SCRIPTS[shell]);
}
