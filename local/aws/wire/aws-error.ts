/** An error that the caller gets in the service's own shape. */
export class AwsError extends Error {
  override readonly name: string;
  readonly status: number;
  /** of the answer, beside name and message; only the JSON protocols have such */
  readonly members: Readonly<Record<string, unknown>>;
  /**
   * @param name the error code, such as `NotFoundException`
   * @param message empty for an error that has none
   */
  constructor(
    name: string,
    message: string,
    status = 400,
    members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = name;
    this.status = status;
    this.members = members;
  }
}
