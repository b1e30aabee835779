import ts from 'typescript';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root, sourcesIn } from '../../support/sources.js';

/** Names of the arrays that a type may be. */
function arraysIn(type: ts.Type): readonly string[] {
  return (type.isUnion() ? type.types : [type]).map(({ symbol }) => symbol?.name ?? '');
}

it('applications read entries of floats alone: of other arrays a number may be the 16 bits of one, which `toRows` and `toFloats` have read', () => {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.json'),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
  );
  const files = sourcesIn('src/applications').map(({ path }) => join(root, path));
  const program = ts.createProgram(files, { ...config?.options, lib: ['lib.es2022.d.ts'], types: [] });
  const checker = program.getTypeChecker();
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    const read = readBy(node);
    if (
      read !== undefined &&
      arraysIn(checker.getTypeAtLocation(read)).includes('Uint16Array') &&
      arraysIn(checker.getTypeAtLocation(read)).length > 1
    ) {
      const source = node.getSourceFile();
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${source.fileName.slice(root.length + 1)}:${line + 1} ${node.getText().slice(0, 60)}`);
    }
    ts.forEachChild(node, look);
  };
  for (const file of files) look(program.getSourceFile(file) as ts.SourceFile);
  expect(found).toEqual([]);
});

/** What a node reads the entries of: by index, by `for … of`, by a copy into an array of another kind. */
function readBy(node: ts.Node): ts.Node | undefined {
  if (ts.isElementAccessExpression(node)) return node.expression;
  if (ts.isForOfStatement(node) || ts.isSpreadElement(node)) return node.expression;
  if (!ts.isCallExpression(node)) return undefined;
  const called = node.expression;
  return ts.isPropertyAccessExpression(called) && called.name.text === 'from' ? node.arguments[0] : undefined;
}
