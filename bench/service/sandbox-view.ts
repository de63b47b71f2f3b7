import { z } from 'zod';
import { containerOf } from '../../test/support/engine.ts';
import type { Answer } from './http-client.ts';
import { expectRunning } from './raw-containers.ts';

const viewSchema = z.object({
  id: z.string(),
  state: z.string(),
  start: z.object({ path: z.string(), durationMs: z.number(), stages: z.record(z.string(), z.number()) }).nullable(),
});

export type SandboxView = z.infer<typeof viewSchema>;

export function readView(answer: Answer): SandboxView {
  return viewSchema.parse(answer.body);
}

/** Throws unless the answer says running and the engine has one container of it that runs. */
export async function expectRunningSandbox(serviceId: string, answer: Answer): Promise<SandboxView> {
  const view = readView(answer);
  if (view.state !== 'running') throw new Error(`the sandbox is ${view.state}, not running`);
  const container = await containerOf(serviceId, view.id);
  if (container === undefined) throw new Error('the engine has no container of the sandbox');
  await expectRunning(container.Id);
  return view;
}

/** Where the time of a start went, as the service told it; the rest is HTTP, decisions, SQL and live store. */
export function stagesOf(answer: Answer, view: SandboxView): Readonly<Record<string, number>> {
  const { start } = view;
  if (start === null) return {};
  const own = Object.entries(start.stages).map(([name, ms]) => [`ours: ${name}`, ms] as const);
  return { ...Object.fromEntries(own), 'ours: all outside of the start job': answer.ms - start.durationMs };
}
