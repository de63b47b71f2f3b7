import type { CommandContext } from '../command-context.ts';
import { diffMarkdown, diffOf } from '../profile/profile-diff.ts';
import { readProfile } from '../profile/saved-profile.ts';
import { sortedJson } from '../sorted-json.ts';

export interface ProfileDiffFlags {
  readonly format: 'markdown' | 'json';
}

/** What has changed from one saved run to another. */
export function profileDiff(
  { output }: CommandContext,
  [before, after]: readonly [string, string],
  { format }: ProfileDiffFlags,
): void {
  const diff = diffOf(readProfile(before), readProfile(after));
  output.result(format === 'json' ? sortedJson(diff) : diffMarkdown(diff));
}
