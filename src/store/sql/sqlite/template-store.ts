import { asc, eq } from 'drizzle-orm';
import type { Template } from '../../../domain/template.ts';
import type { TemplateStore } from '../../../ports/template-store.ts';
import type { SqliteConnection } from './connection.ts';
import { templates } from './schema.ts';
import { onStorage } from './storage-error.ts';

export function sqliteTemplateStore({ db }: Pick<SqliteConnection, 'db'>): TemplateStore {
  return {
    list: () =>
      onStorage(
        () =>
          db
            .select()
            .from(templates)
            .orderBy(asc(templates.name))
            .all()
            .map(({ definition }) => JSON.parse(definition) as Template), // put wrote it
      ),
    put: (template) =>
      onStorage(() => {
        const record = { name: template.name, definition: JSON.stringify(template) };
        db.insert(templates).values(record).onConflictDoUpdate({ target: templates.name, set: record }).run();
      }),
    remove: (name) => onStorage(() => db.delete(templates).where(eq(templates.name, name)).run().changes === 1),
  };
}
