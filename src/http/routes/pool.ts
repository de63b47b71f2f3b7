import {
  type PoolSignatureView,
  type PoolView,
  poolViewSchema,
  type StartSignature,
  startSignatureSchema,
} from '../../contract/pool.ts';
import { startBodySchema } from '../../contract/start-sandbox.ts';
import type { StartWish } from '../../domain/spec.ts';
import { readPool, signatureOfStart } from '../../operations/read-pool.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http } from '../http-deps.ts';
import { hundredths } from '../hundredths.ts';

const tag = 'Operations';

export function addPoolRoutes(http: Http): void {
  const { operations } = http.deps;
  addEndpoint(
    http,
    {
      ...{ method: 'get', path: '/v1/pool', operationId: 'getPool', tag },
      summary: 'The warm containers, by signature',
      answers: { 200: { description: 'Those of images that the key may start', schema: poolViewSchema } },
    },
    ({ c, caller }) => c.json(poolView(readPool(operations, caller)), 200),
  );
  addEndpoint(
    http,
    {
      ...{ method: 'post', path: '/v1/pool/signature', operationId: 'getPoolSignature', tag },
      summary: 'The signature of a start, which is not done',
      body: startBodySchema,
      answers: { 200: { description: 'By what it would find its warm container', schema: startSignatureSchema } },
      errors: ['not_found', 'forbidden', 'engine_unavailable'],
    },
    async ({ c, caller, body }) => {
      const { wait: _wait, waitSeconds: _waitSeconds, reuseKey: _reuseKey, network, mounts: _mounts, ...rest } = body;
      const wish: StartWish = { ...rest, internet: network?.internet };
      return c.json(signatureView(await signatureOfStart(operations, caller, wish)), 200);
    },
  );
}

function poolView({ isOn, signatures }: ReturnType<typeof readPool>): PoolView {
  const items = signatures.map(
    ({ internet, claimMs, ...shown }): PoolSignatureView => ({
      ...shown,
      network: { internet },
      claimMs: claimMs === null ? null : { p50: hundredths(claimMs.p50), p99: hundredths(claimMs.p99) },
    }),
  );
  return { on: isOn, items };
}

function signatureView({ internet, start, ...shown }: Awaited<ReturnType<typeof signatureOfStart>>): StartSignature {
  return { ...shown, network: { internet }, template: start.template, image: start.image };
}
