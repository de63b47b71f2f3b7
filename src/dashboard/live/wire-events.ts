import type { CorrectionEventData } from '../../contract/correction.ts';
import type { PoolEventData } from '../../contract/pool.ts';
import type { SandboxEventData } from '../../contract/sandbox-event.ts';
import type { SandboxView } from '../../contract/sandbox-view.ts';

export type Transition = NonNullable<SandboxEventData['transition']>;

/** An event of the stream, by what it is about. */
export type WireEvent =
  | {
      readonly about: 'sandbox';
      /** `running`, `stopped` ... for a transition; `oom`, `pulling` and others for a notice. */
      readonly name: string;
      readonly id: string;
      /** undefined for one that is purged. */
      readonly view: SandboxView | undefined;
      readonly transition: Transition | null;
    }
  | { readonly about: 'pool'; readonly name: string; readonly data: PoolEventData }
  | { readonly about: 'reconcile'; readonly name: string; readonly data: CorrectionEventData };

/** undefined for events of a newer service that this page does not know. */
export function wireEventOf(event: string | undefined, data: string): WireEvent | undefined {
  const [about, name] = event?.split('.') ?? [];
  if (name === undefined) return undefined;
  // The service validates what it sends against the schemas that these types are made from.
  if (about === 'pool') return { about, name, data: JSON.parse(data) as PoolEventData };
  if (about === 'reconcile') return { about, name, data: JSON.parse(data) as CorrectionEventData };
  if (about !== 'sandbox') return undefined;
  const { transition, ...rest } = JSON.parse(data) as SandboxEventData;
  return { about, name, id: rest.id, view: 'image' in rest ? rest : undefined, transition };
}
