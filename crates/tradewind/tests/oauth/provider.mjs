// A provider of OpenID Connect for one test: says where it is, and signs in whomever `login_hint` names.
// Arguments: the folder of node modules, and where it may lead people back to.
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [modules, redirect] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(`${modules}/oidc-provider/lib/index.js`));

const server = createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

// `ada` has an address that was proven, `unproven-…` one that was not, `nameless-…` none.
const claims = (id) => ({
  sub: id,
  name: "Ada Lovelace",
  ...(id.startsWith("nameless") ? {} : { email: `${id}@example.com`, email_verified: !id.startsWith("unproven") }),
});

const provider = new Provider(issuer, {
  clients: [{
    client_id: "shop",
    client_secret: "otter & co/1",
    redirect_uris: [redirect],
    grant_types: ["authorization_code"],
    response_types: ["code"],
  }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  features: { devInteractions: { enabled: false } },
  findAccount: (_, id) => ({ accountId: id, claims: () => claims(id) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  async loadExistingGrant({ oidc }) {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope("openid email profile");
    await grant.save();
    return grant;
  },
});

const answer = provider.callback();
server.on("request", async (request, response) => {
  if (!request.url.startsWith("/interaction/")) {
    return answer(request, response);
  }
  const { params } = await provider.interactionDetails(request, response);
  const refused = { error: "access_denied", error_description: "the person said no" };
  const result = params.login_hint === "denied" ? refused : { login: { accountId: params.login_hint } };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
});

console.log(issuer);
// Nobody reads on: what it would say later is not said.
console.log = console.info = console.warn = console.error = () => {};
