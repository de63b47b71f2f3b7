import type { z } from '@hono/zod-openapi';
import type { FieldError } from '../domain/limits.ts';

type Issue = z.core.$ZodIssue;

const LONGEST_NAME = 80;
const MOST_ERRORS = 50;

/** Every wrong field by its path; `root` names the whole where the whole is wrong. */
export function fieldErrors(issues: readonly Issue[], root: string): readonly FieldError[] {
  return issues.flatMap((issue) => errorsOf(issue, root)).slice(0, MOST_ERRORS);
}

function errorsOf(issue: Issue, root: string): readonly FieldError[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: pathOf([...issue.path, key], root), message: 'is not known here' }));
    case 'invalid_key':
      return [{ path: pathOf(issue.path, root), message: issue.issues[0]?.message ?? issue.message }];
    case 'invalid_union':
      return unionErrors(issue, root);
    default:
      return [{ path: pathOf(issue.path, root), message: issue.message }];
  }
}

/** What is wrong by the branch that is of the right kind; the whole when none is. */
function unionErrors(issue: Extract<Issue, { code: 'invalid_union' }>, root: string): readonly FieldError[] {
  const isOfOtherKind = (branch: readonly Issue[]) =>
    branch.some(({ code, path }) => code === 'invalid_type' && path.length === 0);
  const meant = issue.errors.find((branch) => !isOfOtherKind(branch));
  if (meant === undefined) return [{ path: pathOf(issue.path, root), message: issue.message }];
  return meant.flatMap((inner) => errorsOf({ ...inner, path: [...issue.path, ...inner.path] }, root));
}

function pathOf(path: readonly PropertyKey[], root: string): string {
  if (path.length === 0) return root;
  return path.map((part) => String(part).slice(0, LONGEST_NAME)).join('.');
}
