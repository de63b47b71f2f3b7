import { afterEach, describe, expect, it } from 'vitest';
import { createKey, Sandbox, SandglassError } from '../../src/sdk/index.ts';
import { sandboxView } from '../support/sdk/sandbox-view.ts';
import { type Reaction, scriptedService, scriptedServices } from '../support/sdk/scripted-service.ts';

const serviceThat = scriptedServices();

const runs: Reaction = { status: 201, json: sandboxView() };
const refusal = (status: number, code: string, headers = {}): Reaction => ({
  status,
  json: {
    type: 'about:blank',
    title: 'No',
    status,
    detail: 'Not now.',
    code,
    hint: 'Later.',
    requestId: 'req_1',
    bound: 'cpus',
  },
  headers: { 'x-request-id': 'req_1', ...headers },
});

describe('an answer that is an error', () => {
  it('becomes a typed error with all that the problem document says', async () => {
    const { url } = await serviceThat(refusal(409, 'conflict'));
    const error = await Sandbox.get('first', { url }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SandglassError);
    expect(error).toMatchObject({
      code: 'conflict',
      status: 409,
      message: 'Not now.',
      hint: 'Later.',
      requestId: 'req_1',
      details: { bound: 'cpus' },
    });
  });

  it.each([
    ['a page of a proxy', { status: 502, text: '<h1>Bad gateway</h1>' }],
    ['a page where JSON should be', { status: 200, text: '<h1>Welcome</h1>' }],
    ['JSON of something else', { status: 200, json: { hello: 'world' } }],
  ] as const)('is unexpected when it is %s', async (_name, reaction) => {
    const { url } = await serviceThat(reaction);
    await expect(Sandbox.get('first', { url })).rejects.toMatchObject({ code: 'unexpected_answer' });
  });
});

describe('trying again', () => {
  it('repeats a start whose connection broke, under the same idempotency key', async () => {
    const { url, seen } = await serviceThat('break', 'break', runs);
    await Sandbox.start({}, { url });
    const keys = seen.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('gives each start a key of its own', async () => {
    const { url, seen } = await serviceThat(runs);
    await Sandbox.start({}, { url });
    await Sandbox.start({}, { url });
    expect(seen[0]?.headers['idempotency-key']).not.toBe(seen[1]?.headers['idempotency-key']);
  });

  it.each([
    [503, 'capacity_exhausted'],
    [503, 'storage_unavailable'],
    [429, 'rate_limited'],
  ])('comes after %i %s', async (status, code) => {
    const { url, seen } = await serviceThat(refusal(status, code, { 'retry-after': '0' }), runs);
    await Sandbox.start({}, { url });
    expect(seen).toHaveLength(2);
  });

  it('waits as long as Retry-After says', async () => {
    const { url } = await serviceThat(refusal(503, 'engine_unavailable', { 'retry-after': '1' }), runs);
    const beganMs = performance.now();
    await Sandbox.start({}, { url });
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(1000);
  });

  it('has an end', async () => {
    const { url, seen } = await serviceThat(refusal(503, 'engine_unavailable', { 'retry-after': '0' }));
    await expect(Sandbox.start({}, { url })).rejects.toMatchObject({ code: 'engine_unavailable', status: 503 });
    expect(seen).toHaveLength(4);
  });

  it.each([
    ['a full quota', refusal(429, 'quota_exceeded', { 'retry-after': '1' }), 'quota_exceeded'],
    [
      'more patience than half a minute',
      refusal(503, 'capacity_exhausted', { 'retry-after': '31' }),
      'capacity_exhausted',
    ],
    ['a conflict', refusal(409, 'conflict'), 'conflict'],
    ['a bug', refusal(500, 'internal'), 'internal'],
  ])('does not come after %s', async (_name, reaction, code) => {
    const { url, seen } = await serviceThat(reaction);
    await expect(Sandbox.start({}, { url })).rejects.toMatchObject({ code });
    expect(seen).toHaveLength(1);
  });

  it('does not come for a restart whose connection broke, which may have happened', async () => {
    const { url, seen } = await serviceThat({ status: 200, json: sandboxView({ state: 'stopped' }) }, 'break');
    const sandbox = await Sandbox.get('first', { url });
    await expect(sandbox.restart()).rejects.toMatchObject({ code: 'unreachable' });
    expect(seen).toHaveLength(2);
  });

  it('does not come for a new key whose answer was lost', async () => {
    const { url, seen } = await serviceThat('break');
    await expect(createKey({ tenant: 'acme' }, { url })).rejects.toMatchObject({ code: 'unreachable' });
    expect(seen).toHaveLength(1);
  });
});

describe('an end of waiting', () => {
  it('comes with the signal of the options, with its reason', async () => {
    const { url } = await serviceThat('hang');
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(Sandbox.get('first', { url, signal })).rejects.toBe(reason);
  });

  it('comes with the signal of one call while it polls', async () => {
    const { url } = await serviceThat(
      { status: 200, json: sandboxView() },
      { status: 202, json: sandboxView({ state: 'stopping' }) },
      'hang',
    );
    const sandbox = await Sandbox.get('first', { url });
    const stopping = sandbox.stop({ signal: AbortSignal.timeout(100) });
    await expect(stopping).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('comes with the signal between two attempts', async () => {
    const { url } = await serviceThat(refusal(503, 'engine_unavailable', { 'retry-after': '20' }));
    const signal = AbortSignal.timeout(100);
    await expect(Sandbox.start({}, { url, signal })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('comes as a timeout when the service stays silent', async () => {
    const { url } = await serviceThat('hang');
    await expect(Sandbox.get('first', { url, timeoutMs: 50 })).rejects.toMatchObject({ code: 'timeout' });
  });
});

describe('the address', () => {
  const before = { url: process.env['SANDGLASS_URL'], key: process.env['SANDGLASS_API_KEY'] };
  afterEach(() => {
    process.env['SANDGLASS_URL'] = before.url ?? '';
    process.env['SANDGLASS_API_KEY'] = before.key ?? '';
  });

  it('and the key come from the environment when they are not given', async () => {
    const { url, seen } = await serviceThat(runs);
    process.env['SANDGLASS_URL'] = `${url}/`;
    process.env['SANDGLASS_API_KEY'] = 'e2b_from_env';
    await Sandbox.start();
    expect(seen[0]).toMatchObject({ target: '/v1/sandboxes', headers: { 'x-api-key': 'e2b_from_env' } });
  });

  it('that is none is refused before anything is sent', async () => {
    await expect(Sandbox.get('first', { url: 'localhost:4747' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('where nobody listens is unreachable, after some attempts', async () => {
    const { url, close } = await scriptedService('break');
    await close();
    await expect(Sandbox.get('first', { url })).rejects.toMatchObject({ code: 'unreachable' });
  });
});
