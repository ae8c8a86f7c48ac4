// An OpenID provider that is not ours (npm oidc-provider), set up as the Swedish OpenID Connect
// profile asks, for testing the portal's login against somebody else's reading of the standards.
//
// Reads one line of JSON from standard input:
//   { clientId, clientKey (public JWK), redirectUri, postLogoutUri, alg, pushed, people }
// where people is { key: claims }. Prints its issuer when it listens, and ends with its input.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import { Provider } from 'oidc-provider';

const LOA = 'http://id.elegnamnden.se/loa/1.0/';
const NUMBER = ['personalIdentityNumber', 'coordinationNumber'].map(
  (name) => `https://id.oidc.se/claim/${name}`,
);

const lines = createInterface({ input: process.stdin });
const settings = JSON.parse((await once(lines, 'line'))[0]);
lines.on('close', () => process.exit(0));

function signingKeys() {
  const pairs = {
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  };
  return Object.entries(pairs).map(([alg, { privateKey }]) => ({
    ...privateKey.export({ format: 'jwk' }), alg, kid: alg, use: 'sig',
  }));
}

const configuration = {
  acrValues: [`${LOA}loa2`, `${LOA}loa3`],
  claims: {
    acr: null,
    auth_time: null,
    iss: null,
    openid: ['sub'],
    'https://id.oidc.se/scope/naturalPersonNumber': NUMBER,
    'https://id.oidc.se/scope/naturalPersonInfo': ['name', 'given_name', 'family_name'],
  },
  clients: [{
    client_id: settings.clientId,
    id_token_signed_response_alg: settings.alg,
    jwks: { keys: [settings.clientKey] },
    post_logout_redirect_uris: [settings.postLogoutUri],
    redirect_uris: [settings.redirectUri],
    token_endpoint_auth_method: 'private_key_jwt',
    userinfo_signed_response_alg: settings.alg,
  }],
  clientAuthMethods: ['private_key_jwt'],
  conformIdTokenClaims: false,
  cookies: { keys: [randomBytes(32).toString('hex')] },
  extraParams: ['https://id.oidc.se/param/authnProvider', 'https://id.oidc.se/param/userMessage'],
  features: {
    claimsParameter: { enabled: true },
    devInteractions: { enabled: false },
    jwtUserinfo: { enabled: true },
    pushedAuthorizationRequests: {
      enabled: settings.pushed, requirePushedAuthorizationRequests: settings.pushed,
    },
  },
  findAccount: (_, key) => ({
    accountId: key,
    claims: () => ({ sub: key, ...settings.people[key] }),
  }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  jwks: { keys: signingKeys() },
  // Nobody is asked what may be shared: the scopes of the one client are agreed beforehand.
  async loadExistingGrant({ oidc }) {
    const { accountId } = oidc.session;
    const grant = new oidc.provider.Grant({ accountId, clientId: oidc.client.clientId });
    grant.addOIDCScope(oidc.params.scope);
    grant.addOIDCClaims(['acr', 'auth_time']);
    await grant.save();
    return grant;
  },
  pairwiseIdentifier: (_, accountId) => `opaque-${accountId}`,
  pkce: { required: () => true },
  subjectTypes: ['pairwise'],
  ttl: { AccessToken: 300, AuthorizationCode: 60, IdToken: 300 },
};

async function readForm(request) {
  let body = '';
  for await (const chunk of request) body += chunk;
  return new URLSearchParams(body);
}

// What the login page would have sent: person=<key>, and low=1 or cancel=1.
async function logIn(provider, request, response) {
  const form = await readForm(request);
  const acr = form.has('low') ? `${LOA}loa2` : `${LOA}loa3`;
  const { params } = await provider.interactionDetails(request, response);
  const wanted = JSON.parse(params.claims ?? '{}').id_token?.acr;
  let result = { login: { accountId: form.get('person'), acr, remember: false } };
  if (form.has('cancel')) {
    result = { error: 'access_denied' };
  } else if (wanted?.essential && !wanted.values.includes(acr)) {
    result = { error: 'unmet_authentication_requirements' };
  }
  await provider.interactionFinished(request, response, result);
}

const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, configuration);
const handle = provider.callback();
server.on('request', (request, response) => {
  if (!request.url.startsWith('/interaction/')) {
    handle(request, response);
    return;
  }
  logIn(provider, request, response).catch((error) => {
    response.writeHead(500).end(String(error));
  });
});
console.log(issuer);
