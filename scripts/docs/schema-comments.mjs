import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** The doc comments of a drizzle schema: exported name -> { comment, columns: SQL name -> comment }. */
export function schemaComments(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = {};
  for (const statement of source.statements.filter(ts.isVariableStatement)) {
    const [declaration] = statement.declarationList.declarations;
    const [, columns] = declaration.initializer.arguments;
    found[declaration.name.text] = {
      comment: docOf(statement),
      columns: Object.fromEntries(columns.properties.map((column) => [sqlNameOf(column), docOf(column)])),
    };
  }
  return found;
}

/** `state: text('state').notNull()`: the first argument of the innermost call. */
function sqlNameOf(property) {
  let node = property.initializer;
  while (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) node = node.expression;
  return node.arguments[0].text;
}

function docOf(node) {
  const [doc] = ts.getJSDocCommentsAndTags(node);
  return ts.getTextOfJSDocComment(doc?.comment)?.replace(/\s+/g, ' ') ?? '';
}
