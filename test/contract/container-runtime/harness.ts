import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { containerName } from '../../../src/domain/ids.ts';
import type {
  CommandProcess,
  ContainerEvent,
  ContainerFacts,
  ContainerRuntime,
  ContainerSpec,
} from '../../../src/ports/container-runtime.ts';

/** What an adapter brings to the suite. */
export interface RuntimeUnderTest {
  readonly runtime: ContainerRuntime;
  readonly serviceId: string;
  /** Another installation on the same engine. */
  readonly other: ContainerRuntime;
  readonly otherServiceId: string;
  /** An image that the engine has. */
  readonly image: string;
  /** An image that nobody has. */
  readonly missingImage: string;
  /** A running container of nobody under a name, made past the port; answers its id. */
  makeForeign(name: string): Promise<string>;
  /** What `docker kill` does. */
  killOutside(facts: ContainerFacts): Promise<void>;
  /** What `docker cp` does; folders above the file are made. */
  putFile(facts: ContainerFacts, path: string, text: string): Promise<void>;
  close(): Promise<void>;
}

export interface Bench extends RuntimeUnderTest {
  spec(overrides?: SpecOverrides): ContainerSpec;
  created(overrides?: SpecOverrides): Promise<ContainerFacts>;
  started(overrides?: SpecOverrides): Promise<ContainerFacts>;
  /** The facts as soon as they are as wanted; fails after 10 s. */
  until(containerId: string, isWanted: (facts: ContainerFacts) => boolean): Promise<ContainerFacts>;
  facts(containerId: string): Promise<ContainerFacts>;
}

/** Opens the adapter before the tests of the describe block around, and closes it after them, also when they fail. */
export function useBench(open: () => Promise<RuntimeUnderTest>): () => Bench {
  let bench: Bench | undefined;
  beforeAll(async () => {
    const opened = await open();
    await opened.runtime.prepare();
    await opened.other.prepare();
    bench = benchOf(opened);
  });
  afterAll(async () => {
    await bench?.close();
  });
  return () => {
    if (bench === undefined) throw new Error('the bench is open only while tests run');
    return bench;
  };
}

/** A spec with a command of its own as the main process. */
export type SpecOverrides = Partial<Omit<ContainerSpec, 'main'>> & Partial<Omit<CommandProcess, 'kind'>>;

export function randomId(): string {
  return `t${randomBytes(9).toString('hex')}`;
}

/** Somewhere in the ring: other suites may use the same networks of a real engine. */
export function randomAddress(runtime: ContainerRuntime, network: 'open' | 'closed'): string {
  const index = randomBytes(4).readUInt32BE() % runtime.addressCount(network);
  const address = runtime.addressAt(network, index);
  if (address === undefined) throw new Error('the ring has no address at an index below its count');
  return address;
}

function benchOf(opened: RuntimeUnderTest): Bench {
  const { runtime, serviceId, image } = opened;
  const spec = ({ command, env, user, workdir, ...overrides }: SpecOverrides = {}): ContainerSpec => {
    const sandboxId = overrides.sandboxId ?? randomId();
    const network = overrides.network ?? 'closed';
    return {
      name: containerName(serviceId, sandboxId),
      sandboxId,
      tenant: 'acme',
      image,
      main: {
        kind: 'command',
        command: command ?? ['sleep', 'infinity'],
        env: env ?? {},
        user: user ?? null,
        workdir: workdir ?? null,
      },
      sudo: false,
      resources: { cpus: 1, memoryMb: 64, diskMb: null, pids: 64 },
      runtime: 'runc',
      network,
      address: randomAddress(runtime, network),
      ...overrides,
    };
  };
  const created = async (overrides?: SpecOverrides) => {
    const made = await runtime.create(spec(overrides));
    if (!('facts' in made)) throw new Error(`not made: ${made.outcome}`);
    return made.facts;
  };
  const facts = async (containerId: string) => {
    const found = await runtime.inspect(containerId);
    if (found === undefined) throw new Error(`container ${containerId} is gone`);
    return found;
  };
  return {
    ...opened,
    spec,
    created,
    facts,
    async started(overrides) {
      const { id } = await created(overrides);
      await runtime.start(id);
      return facts(id);
    },
    async until(containerId, isWanted) {
      const giveUpMs = Date.now() + 10_000;
      for (;;) {
        const now = await facts(containerId);
        if (isWanted(now)) return now;
        if (Date.now() > giveUpMs) throw new Error(`not as wanted within 10 s: ${JSON.stringify(now)}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

/** Collects the events of one sandbox until `isEnough`; fails after 10 s. Listens before `act` runs. */
export async function eventsDuring(
  runtime: ContainerRuntime,
  act: () => Promise<void>,
  isEnough: (events: readonly ContainerEvent[]) => boolean,
): Promise<readonly ContainerEvent[]> {
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(), 10_000);
  const seen: ContainerEvent[] = [];
  const listening = (async () => {
    for await (const event of runtime.events(ended.signal)) {
      seen.push(event);
      if (isEnough(seen)) return;
    }
  })();
  try {
    // The port does not say when the subscription stands: an engine on this machine has it within this time.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await act();
    await listening;
  } finally {
    clearTimeout(timer);
    ended.abort();
  }
  return seen;
}
