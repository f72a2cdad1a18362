import type { AzureSend } from '../../lambdas/key-stores/azure-key-vault/azure-requests.ts';
import type { Fault } from '../lambdas/tenants/aws.ts';

/** A request to Azure is a call like one to AWS: the process may end before it, or before its answer. */
export const faulty =
  (send: AzureSend, { before, after }: Fault): AzureSend =>
  async (request) => {
    before?.(request.operation.name);
    try {
      return await send(request);
    } finally {
      after?.(request.operation.name);
    }
  };
