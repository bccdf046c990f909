/** What symfold uses of `@std/streams/text-line-stream`, which comes without types. */
export class TextLineStream extends TransformStream<string, string> {
  constructor(options?: { allowCR?: boolean });
}
