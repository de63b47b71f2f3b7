const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 20;

/** 20 characters of [a-z0-9], 103 bits: random bytes come in so that the caller owns the randomness. */
export function sandboxIdFrom(randomBytes: (count: number) => Uint8Array): string {
  let id = '';
  while (id.length < ID_LENGTH) {
    for (const byte of randomBytes(ID_LENGTH * 2)) {
      // 252 = 7 * 36: bytes above would favour the first letters.
      if (byte < 252 && id.length < ID_LENGTH) id += ALPHABET.charAt(byte % 36);
    }
  }
  return id;
}

/** Names are engine-wide, ids are not: the installation's first 8 characters keep two services apart. */
export function containerName(serviceId: string, sandboxId: string): string {
  return `sandglass-${serviceId.slice(0, 8)}-${sandboxId}`;
}
