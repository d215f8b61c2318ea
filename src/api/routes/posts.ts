import { createRoute } from "@hono/zod-openapi";

import { answerJsonText, answerVersionedText, baseOf, withVersion } from "#api/answers";
import { requireVersion } from "#api/dependencies";
import {
  Contended,
  CursorInvalid,
  PermissionDenied,
  PostNotDeleted,
  PostNotFound,
  PostNotPublished,
  ReferenceUnknown,
  SlugTaken,
} from "#api/exceptions";
import { cacheWhenPublic, tagCache } from "#api/headers";
import { linkPost } from "#api/links";
import {
  answerHeaders,
  body,
  changes,
  GuardHeaders,
  idempotent,
  IdempotencyHeaders,
  json,
  knowsCallers,
  needsActor,
  noContent,
  raises,
  readsBody,
  validates,
  versioned,
  VersionHeaders,
} from "#api/openapi";
import { DEFAULT_LIMIT, pageText, readCursor } from "#api/pages";
import { inEachFormat } from "#api/post-forms";
import { createRouter } from "#api/router";
import { IdPath } from "#api/schemas/fields";
import {
  cacheTagsOf,
  ChosenPost,
  ChosenPostPage,
  membersOfMany,
  membersOfOne,
  PostChoice,
  PostListQuery,
  toPostText,
} from "#api/schemas/post-members";
import {
  NewPostBody,
  PostBody,
  PostChangesBody,
  PostKeyPath,
  toNewPostInput,
  toPostBody,
  toPostFilter,
  toPostInput,
} from "#api/schemas/posts";
import { unpublishPost } from "#service/posts/publish";
import { listPosts, showPost } from "#service/posts/read";
import { deletePost, restorePost } from "#service/posts/trash";
import { createPost, editPost } from "#service/posts/write";

export const posts = createRouter();

const list = createRoute({
  method: "get",
  path: "/posts",
  operationId: "listPosts",
  summary: "List posts",
  description:
    "Strangers see what is published; people see what their role lets them. Where texts are asked for and long, a page ends before its limit, at 8 MB: `next_cursor` says whether more follows.",
  tags: ["posts"],
  middleware: [cacheWhenPublic("posts")] as const,
  request: { query: PostListQuery },
  responses: {
    200: json(
      ChosenPostPage,
      "A page of posts, without their text unless that is asked for",
      answerHeaders.next,
      answerHeaders.etag,
    ),
    304: noContent("The client has this page."),
    ...raises(...knowsCallers, ...validates, CursorInvalid),
  },
});

posts.openapi(list, async (c) => {
  const query = c.req.valid("query");
  const members = membersOfMany(query);
  const { items, next } = await listPosts(c.var.context, c.var.caller, toPostFilter(query), {
    limit: query.limit ?? DEFAULT_LIMIT,
    after: await readCursor(c),
    members,
  });
  tagCache(c, ...items.flatMap(cacheTagsOf));
  const texts = items.map((post) => toPostText(post, members));
  return answerJsonText(c, await pageText(c, texts, next), null);
});

const read = createRoute({
  method: "get",
  path: "/posts/{id}",
  operationId: "readPost",
  summary: "Read a post",
  description:
    "By id or slug. A slug that a published post had before leads to the post. With `.md`, `.txt` or `.json` behind it, or by `Accept`, the same as Markdown, plain text or JSON.",
  tags: ["posts"],
  middleware: [cacheWhenPublic("posts")] as const,
  request: { params: PostKeyPath, query: PostChoice },
  responses: {
    200: inEachFormat(json(ChosenPost, "The post", answerHeaders.etag, answerHeaders.elsewhere)),
    301: { description: "The post has another slug now.", headers: answerHeaders.location },
    304: noContent("The client has this version."),
    ...raises(...knowsCallers, ...validates, PostNotFound),
  },
});

posts.openapi(read, async (c) => {
  const { id } = c.req.valid("param");
  const members = membersOfOne(c.req.valid("query"));
  const post = await showPost(c.var.context, c.var.caller, id, members);
  tagCache(c, ...cacheTagsOf(post));
  if (id !== post.id && id !== post.slug) {
    return c.redirect(`/v1/posts/${post.slug}${new URL(c.req.url).search}`, 301);
  }
  linkPost(c, { slug: post.slug, status: post.status, canonical_url: post.canonicalUrl });
  const text = toPostText(post, members);
  return post.json === null
    ? answerVersionedText(c, text, toPostBody(post))
    : answerJsonText(c, text, post.version);
});

const create = createRoute({
  method: "post",
  path: "/posts",
  operationId: "createPost",
  summary: "Write a post",
  tags: ["posts"],
  request: { headers: IdempotencyHeaders, body: body(NewPostBody) },
  responses: {
    201: json(
      PostBody,
      "The new post",
      answerHeaders.etag,
      answerHeaders.location,
      answerHeaders.replayed,
    ),
    ...raises(
      ...needsActor,
      ...changes,
      ...readsBody,
      ...idempotent,
      Contended,
      SlugTaken,
      ReferenceUnknown,
    ),
  },
});

posts.openapi(create, async (c) => {
  const input = toNewPostInput(c.req.valid("json"));
  const post = await createPost(c.var.context, c.var.caller, input);
  c.header("Location", `/v1/posts/${post.id}`);
  return c.json(await withVersion(c, toPostBody(post)), 201);
});

const edit = createRoute({
  method: "patch",
  path: "/posts/{id}",
  operationId: "editPost",
  summary: "Change a post",
  description: "What is left out stays as it is. Every change is kept as a revision.",
  tags: ["posts"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: VersionHeaders, body: body(PostChangesBody) },
  responses: {
    200: json(PostBody, "The post as it is now", answerHeaders.etag),
    ...raises(
      ...needsActor,
      ...changes,
      ...readsBody,
      ...versioned,
      PostNotFound,
      Contended,
      SlugTaken,
      ReferenceUnknown,
    ),
  },
});

posts.openapi(edit, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toPostBody) };
  const input = toPostInput(c.req.valid("json"));
  const post = await editPost(c.var.context, c.var.caller, target, input);
  return c.json(await withVersion(c, toPostBody(post)), 200);
});

const remove = createRoute({
  method: "delete",
  path: "/posts/{id}",
  operationId: "deletePost",
  summary: "Put a post into the trash",
  description: "It can be restored for 30 days: the ETag of the answer is what restoring needs.",
  tags: ["posts"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: VersionHeaders },
  responses: {
    204: { description: "The post is in the trash.", headers: answerHeaders.etag },
    ...raises(...needsActor, ...changes, ...validates, ...versioned, PostNotFound, Contended),
  },
});

posts.openapi(remove, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toPostBody) };
  const post = await deletePost(c.var.context, c.var.caller, target);
  await withVersion(c, toPostBody(post));
  return c.body(null, 204);
});

const transitions = [
  {
    path: "/posts/{id}/unpublish",
    operationId: "unpublishPost",
    summary: "Make a post a draft again",
    run: unpublishPost,
    refusal: PostNotPublished,
  },
  {
    path: "/posts/{id}/restore",
    operationId: "restorePost",
    summary: "Take a post out of the trash",
    run: restorePost,
    refusal: PostNotDeleted,
  },
] as const;

for (const { path, operationId, summary, run, refusal } of transitions) {
  const route = createRoute({
    method: "post",
    path,
    operationId,
    summary,
    tags: ["posts"],
    middleware: [requireVersion] as const,
    request: { params: IdPath, headers: GuardHeaders },
    responses: {
      200: json(PostBody, "The post as it is now", answerHeaders.etag, answerHeaders.replayed),
      ...raises(
        ...needsActor,
        ...changes,
        ...validates,
        ...versioned,
        ...idempotent,
        PermissionDenied,
        PostNotFound,
        Contended,
        refusal,
      ),
    },
  });
  posts.openapi(route, async (c) => {
    const target = { id: c.req.valid("param").id, ...baseOf(c, toPostBody) };
    const post = await run(c.var.context, c.var.caller, target);
    return c.json(await withVersion(c, toPostBody(post)), 200);
  });
}
