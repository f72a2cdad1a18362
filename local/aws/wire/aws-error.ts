/** An error that the caller gets in the service's own shape. */
export class AwsError extends Error {
  override readonly name: string;
  readonly status: number;
  /** @param name the error code, such as `NotFoundException` */
  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}
