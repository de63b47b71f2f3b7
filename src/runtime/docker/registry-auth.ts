/** What the engine sends to a registry, in the words of its `X-Registry-Auth` header. */
export type RegistryCredentials =
  | { readonly username: string; readonly password: string; readonly serveraddress: string }
  | { readonly identitytoken: string; readonly serveraddress: string };

/** The value of that header: JSON in URL-safe base64. */
export function authHeader(credentials: RegistryCredentials): string {
  return Buffer.from(JSON.stringify(credentials)).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
