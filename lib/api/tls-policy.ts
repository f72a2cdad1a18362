/** Which TLS the API takes, by its own name and by a domain of the operator's. */
import { EndpointAccessMode, SecurityPolicy } from 'aws-cdk-lib/aws-apigateway';

interface TlsPolicy {
  readonly securityPolicy: SecurityPolicy;
  readonly endpointAccessMode?: EndpointAccessMode;
}

/**
 * TLS 1.2 and up, with key agreement that outlasts quantum computers where the client has it. Without a policy a
 * regional API takes TLS 1.0 (API Gateway, "Default security policies"). STRICT: the name of the handshake (SNI) must be
 * the Host of the request, and both this API's.
 * @param mutual whether clients show certificates. A domain that asks for them can have no such policy, and API and
 *   domain should have the same (API Gateway, "Choose a security policy for your custom domain", "Considerations")
 */
export const tlsPolicy = (mutual: boolean): TlsPolicy =>
  mutual
    ? { securityPolicy: SecurityPolicy.TLS_1_2 }
    : {
        securityPolicy: SecurityPolicy.TLS13_1_2_PQ_2025_09,
        endpointAccessMode: EndpointAccessMode.STRICT,
      };
