import type { Context } from 'mocha';
import { parseAllDocuments } from 'yaml';
import { findTool, requireTool } from '../../support/required-tool.ts';
import { runTool } from '../../packages/run-tool.ts';

/** A resource of Kubernetes, as far as these tests look at it. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
  readonly data?: Readonly<Record<string, string>>;
}

/** Builds a folder of Kubernetes manifests, as the cluster would get them. */
export type Kustomize = (folder: URL) => Promise<readonly Resource[]>;

/** kustomize, or that within kubectl; skips the tests where there is neither. */
export function requireKustomize(context: Context): Kustomize {
  const kubectl = findTool('kustomize') === undefined ? findTool('kubectl') : undefined;
  const [program, command] =
    kubectl === undefined ? [requireTool(context, 'kustomize'), 'build'] : [kubectl, 'kustomize'];
  return async (folder) => {
    const { code, output, errors } = await runTool(program, [command, folder.pathname], '.');
    if (code !== 0) {
      throw new Error(errors);
    }
    return parseAllDocuments(output).map((document) => document.toJS() as Resource);
  };
}
