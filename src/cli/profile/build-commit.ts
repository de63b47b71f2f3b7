/** The commit that this program was built from, which scripts/build.mjs puts in place of the name; null = not known. */
export function buildCommit(): string | null {
  return process.env['SANDGLASS_BUILD_COMMIT'] || null;
}
