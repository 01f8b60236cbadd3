import { type Field, message } from './protobuf-writer.ts';

// Field numbers and values of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
const IR_VERSION = 8;
const OPSET_VERSION = 17;
const FLOAT = 1;

/**
 * The bytes of an ONNX model that multiplies its input, a square matrix `input`, `products` times with itself into
 * `output`: as much work as is asked for, from a model of a few hundred bytes.
 */
export function matrixModel(size: number, products: number): Uint8Array {
  const nodes = Array.from({ length: products }, (_, place): Field => {
    const from = place === 0 ? 'input' : `product${place}`;
    const to = place === products - 1 ? 'output' : `product${place + 1}`;
    return [1, message([1, from], [1, 'input'], [2, to], [4, 'MatMul'])];
  });
  const graph = message(...nodes, [2, 'matrix'], [11, matrixValue('input', size)], [12, matrixValue('output', size)]);
  return message([1, IR_VERSION], [7, graph], [8, message([1, ''], [2, OPSET_VERSION])]);
}

function matrixValue(name: string, size: number): Uint8Array {
  const dimension = message([1, size]);
  const shape = message([1, dimension], [1, dimension]);
  return message([1, name], [2, message([1, message([1, FLOAT], [2, shape])])]);
}
