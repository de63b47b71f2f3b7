import { SandglassError, type TemplateView } from '../../sdk/index.ts';
import { markdownTable } from '../markdown-table.ts';
import type { Pod } from './memory-profile.ts';

export interface Budget {
  readonly template: string;
  readonly budgetMib: number;
}

export interface BudgetResult extends Budget {
  /** The working set of an idle sandbox; null = it could not be measured. */
  readonly idleMib: number | null;
  readonly isKept: boolean;
}

/** Of all templates that declare one, or of the one that is asked for. Throws `invalid_request` where there is none. */
export function budgetsOf(templates: readonly TemplateView[], asked: string | undefined): readonly Budget[] {
  const declared = templates.flatMap(({ name, memoryBudgetMb }) =>
    memoryBudgetMb === null || (asked !== undefined && asked !== name)
      ? []
      : [{ template: name, budgetMib: memoryBudgetMb }],
  );
  if (declared.length > 0) return declared;
  const which = asked === undefined ? 'No template declares' : `There is no template "${asked}" that declares`;
  throw new SandglassError('invalid_request', `${which} a memory budget.`, {
    hint: 'A budget is memoryBudgetMb of the template, in MiB.',
  });
}

/** What cannot be measured is not kept: an unmeasured check is a failed one. */
export function judged(budget: Budget, pods: readonly Pod[]): BudgetResult {
  const idleMib = pods[0]?.memory.mib ?? null;
  return { ...budget, idleMib, isKept: idleMib !== null && idleMib <= budget.budgetMib };
}

export function budgetTable(results: readonly BudgetResult[]): string {
  const rows = results.map(({ template, budgetMib, idleMib, isKept }) => [
    ...[template, idleMib === null ? 'not measured' : String(idleMib), String(budgetMib), isKept ? 'kept' : 'EXCEEDED'],
  ]);
  return markdownTable(['Template', 'Idle MiB', 'Budget MiB', 'Result'], rows);
}
