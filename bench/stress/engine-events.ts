import { z } from 'zod';
import { engine } from '../../test/support/engine.ts';

const eventSchema = z.object({ Actor: z.object({ Attributes: z.record(z.string(), z.string()) }) });

/** As the engine takes instants: seconds. */
const engineNow = () => Number((Date.now() / 1000).toFixed(6));

/** Sandbox ids of the containers that the engine says were created for a service from this call on. */
export function containersCreated(serviceId: string) {
  const since = engineNow();
  return {
    async untilNow(): Promise<readonly string[]> {
      const filters = { event: ['create'], label: [`sandglass.service=${serviceId}`] };
      const stream = await engine.getEvents({ since, until: engineNow(), filters });
      let text = '';
      for await (const chunk of stream) text += String(chunk);
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => eventSchema.parse(JSON.parse(line)).Actor.Attributes['sandglass.sandbox'] ?? '');
    },
  };
}
