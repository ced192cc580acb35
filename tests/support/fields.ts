import ts from "typescript";
import type { Source } from "./sources";

/** `Interface.field` of every property that an exported interface of the file declares, nested ones included. */
export function declaredFields({ path, text }: Source): readonly string[] {
  const found = new Set<string>();
  const collect = (owner: string, node: ts.Node): void => {
    if (ts.isPropertySignature(node) && ts.isIdentifier(node.name)) found.add(`${owner}.${node.name.text}`);
    ts.forEachChild(node, (child) => collect(owner, child));
  };
  ts.forEachChild(parsed(path, text), (node) => {
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) collect(node.name.text, node);
  });
  return [...found];
}

/** Names that a file reads: `x.name`, `{ name }` taken apart. Writing `{ name: … }` is not reading it. */
export function readNames({ path, text }: Source): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) found.add(node.name.text);
    if (ts.isBindingElement(node)) {
      const name = node.propertyName ?? node.name;
      if (ts.isIdentifier(name)) found.add(name.text);
    }
    // `"missing" in resolved` tells two shapes apart.
    if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.InKeyword &&
      ts.isStringLiteral(node.left)
    )
      found.add(node.left.text);
    ts.forEachChild(node, visit);
  };
  visit(parsed(path, text));
  return found;
}

function parsed(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, false);
}
