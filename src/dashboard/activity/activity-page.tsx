import { place } from '../navigation.ts';
import { HappeningList } from './happening-list.tsx';
import { HostMemory } from './host-memory.tsx';
import { OperationRows } from './operation-rows.tsx';
import { RouteCounts } from './route-counts.tsx';

const PARTS = [
  { part: '', title: 'Operations' },
  { part: 'errors', title: 'Errors' },
  { part: 'janitor', title: 'Janitor' },
  { part: 'pool', title: 'Pool' },
  { part: 'corrections', title: 'Corrections' },
  { part: 'requests', title: 'Requests' },
] as const;

/** What the service did lately, and does now. */
export function ActivityPage() {
  const part = place.value.rest[0] ?? '';
  return (
    <section class="page" aria-labelledby="title">
      <header class="page-head">
        <h1 id="title">Activity</h1>
      </header>
      <HostMemory />
      <nav class="tabs" aria-label="Kinds of activity">
        {PARTS.map(({ part: own, title }) => (
          <a key={own} href={`#/activity${own && `/${own}`}`} aria-current={part === own ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <Part part={part} />
    </section>
  );
}

function Part({ part }: { readonly part: string }) {
  switch (part) {
    case 'errors':
      return <HappeningList kind="error" none="Nothing failed." />;
    case 'janitor':
      return <HappeningList kind="janitor" none="No deadline passed, and no warm container was taken away." />;
    case 'pool':
      return <HappeningList kind="pool" none="Nobody asked the pool. The service tells administrators only." />;
    case 'corrections':
      return (
        <HappeningList
          kind="correction"
          none="Nothing had to be made good: that is how it should be. The service tells administrators most of it."
        />
      );
    case 'requests':
      return <RouteCounts />;
    default:
      return <OperationRows />;
  }
}
