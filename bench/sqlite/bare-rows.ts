import type Database from 'better-sqlite3';
import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Sandbox, Transition } from '../../src/domain/sandbox.ts';
import { toRecord } from '../../src/store/sql/sandbox-record.ts';
import { sandboxEvents, sandboxes } from '../../src/store/sql/sqlite/schema.ts';

type Values = Readonly<Record<string, unknown>>;

/** Statements as one would write them without drizzle; parameters are named after the properties of a record. */
export function bareStatements(file: Database.Database) {
  const row = columnsOf(sandboxes);
  const event = columnsOf(sandboxEvents).filter(({ property }) => property !== 'seq');
  const changes = row
    .filter(({ property }) => property !== 'id')
    .map(({ column, property }) => `${column} = @${property}`);
  return {
    insertRow: file.prepare(insertInto(sandboxes, row)),
    insertEvent: file.prepare(insertInto(sandboxEvents, event)),
    updateRow: file.prepare(`update sandboxes set ${changes.join(', ')} where id = @id and version = @expectedVersion`),
  };
}

export function bareRow(row: Sandbox): Values {
  return bound({ ...toRecord(row) });
}

export function bareEvent(transition: Transition): Values {
  return bound({ ...transition });
}

/** The driver takes no booleans. */
function bound(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'boolean' ? Number(value) : value]),
  );
}

interface NamedColumn {
  readonly property: string;
  readonly column: string;
}

function columnsOf(table: SQLiteTable): readonly NamedColumn[] {
  return Object.entries(getTableColumns(table)).map(([property, { name }]) => ({ property, column: `"${name}"` }));
}

function insertInto(table: SQLiteTable, columns: readonly NamedColumn[]): string {
  const names = columns.map(({ column }) => column).join(', ');
  const values = columns.map(({ property }) => `@${property}`).join(', ');
  return `insert into ${getTableName(table)} (${names}) values (${values})`;
}
