import type { Quota } from '../domain/limits.ts';

export type Role = 'user' | 'admin';

/** An API key without its secret: only the hash is stored. */
export interface ApiKey {
  readonly id: string;
  readonly tenant: string;
  readonly role: Role;
  readonly name: string;
  readonly quota: Quota;
  readonly createdAtMs: number;
  /** null = never. */
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
}

export interface KeyStore {
  /** False when a key with that hash is there already. */
  insert(key: ApiKey, secretHash: string): Promise<boolean>;
  /** In any condition: expired and revoked ones too. */
  findByHash(secretHash: string): Promise<ApiKey | undefined>;
  list(): Promise<readonly ApiKey[]>;
  /** undefined when unknown; revoking twice keeps the first instant. */
  revoke(id: string, atMs: number): Promise<ApiKey | undefined>;
}
