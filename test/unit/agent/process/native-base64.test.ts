import fc from 'fast-check';
import { expect, test } from 'vitest';
import '../../../../src/agent/http/native-base64.ts';

type Encoder = (this: Uint8Array, options?: object) => string;

test('writes base64 as ECMAScript says it, of any part of a buffer', () => {
  const encode = Reflect.get(Uint8Array.prototype, 'toBase64') as Encoder;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), fc.nat(3), (bytes, from) => {
      const part = bytes.subarray(from);
      const standard = Buffer.from(part).toString('base64');
      const url = standard.replaceAll('+', '-').replaceAll('/', '_');
      expect(encode.call(part)).toBe(standard);
      expect(encode.call(part, { omitPadding: true })).toBe(standard.replace(/=+$/, ''));
      expect(encode.call(part, { alphabet: 'base64url' })).toBe(url);
      expect(encode.call(part, { alphabet: 'base64url', omitPadding: true })).toBe(url.replace(/=+$/, ''));
    }),
  );
});
