import { CredentialsInvalid, PostNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { isId } from "#core/ids";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Actor, Caller } from "#domain/actors";
import { readText } from "#domain/markdown/plaintext";
import { rolesReachingAny } from "#domain/permissions";
import { mayRead, mayReadText, type Post, type PostSummary, unscheduled } from "#domain/posts";
import { isStranger } from "#repository/actors";
import { type PostFilter, selectFullPosts, selectPosts } from "#repository/post-lists";
import { selectPost, selectPostBySlug } from "#repository/posts";
import {
  type Published,
  type PublishedItem,
  type PublishedRow,
  selectPublished,
  selectPublishedById,
  selectPublishedBySlug,
} from "#repository/published";
import { hasTexts, type PostMember } from "#repository/published/members";
import { look } from "#service/perform";

/**
 * A post by id or slug, as far as the caller may read it: a text for members is empty to strangers, and so is
 * an excerpt made of it.
 *
 * @throws {PostNotFound} 40401
 */
export async function readPost(context: Context, caller: Caller, key: string): Promise<Post> {
  const query = isId(key) ? selectPost(context.db, key) : selectPostBySlug(context.db, key);
  const { actor, loaded } = await look(context, { ...caller, repeat: null }, [query]);
  const [post] = loaded[0];
  if (!post || !mayRead(actor, post)) throw new PostNotFound();
  const shown = shownTo(actor, post);
  return mayReadText(actor, post) ? shown : { ...shown, content: "", html: "" };
}

/** What of a post is wanted: members of its JSON. */
export type Members = ReadonlySet<PostMember>;
export type { PostMember };

/** A post to be sent: to strangers as the JSON that the database has made, else as it is. */
export type ShownPost = PublishedPost | StaffPost;
export type PublishedPost = PublishedItem & Plain;
/** Has its text where anything of that is wanted. */
type StaffPost = PostSummary & Partial<Pick<Post, "content" | "html">> & Plain & { json: null };
interface Plain {
  /** Null when nobody asked for it. */
  readonly plaintext: string | null;
}

/**
 * A post by id or slug as {@link readPost} has it, ready to be sent.
 *
 * @throws {PostNotFound} 40401
 */
export async function showPost(
  context: Context,
  caller: Caller,
  key: string,
  members: Members,
): Promise<(PublishedRow & Plain & { readonly status: "published" }) | (StaffPost & Post)> {
  const { credential } = caller;
  if (!isStranger(credential)) {
    return ofPost(await readPost(context, caller, key), members);
  }
  const select = isId(key) ? selectPublishedById : selectPublishedBySlug;
  const [row] = admitted(await select(context, credential, key, members));
  if (!row) throw new PostNotFound();
  return { ...ofRow(row, members), status: "published" };
}

/** A page of the posts that the caller may read, each as {@link showPost} has it. */
export async function listPosts(
  context: Context,
  caller: Caller,
  filter: PostFilter,
  { members, ...page }: PageRequest & { readonly members: Members },
): Promise<Page<ShownPost>> {
  const { credential } = caller;
  if (!isStranger(credential)) return listForStaff(context, caller, filter, { ...page, members });
  const found = await selectPublished(context, credential, filter, { ...page, members });
  const rows = admitted(found);
  const last = rows.at(-1);
  const next = last?.isFollowed === true ? [last.at, last.id] : null;
  return { items: rows.map((row) => ofRow(row, members)), next };
}

async function listForStaff(
  context: Context,
  caller: Caller,
  filter: PostFilter,
  { members, ...page }: PageRequest & { readonly members: Members },
): Promise<Page<ShownPost>> {
  const reader = { credential: caller.credential, readAll: rolesReachingAny("posts:read") };
  const select = hasTexts(members) ? selectFullPosts : selectPosts;
  const { loaded } = await look(context, { ...caller, repeat: null }, [
    select(context.db, reader, filter, page),
  ]);
  const rows: readonly (PostSummary & { readonly html?: string; readonly isHeld?: boolean })[] =
    loaded[0];
  const held = rows.findIndex(({ isHeld }) => isHeld === false);
  const limit = held === -1 ? page.limit : Math.min(page.limit, held);
  const { items, next } = toPage(rows, { ...page, limit }, (post) => [
    sortValueOf(post, filter),
    post.id,
  ]);
  return { items: items.map((post) => ofPost(post, members)), next };
}

/** @throws {CredentialsInvalid} 40101 */
function admitted<Row>({ isAdmitted, rows }: Published<Row>): readonly Row[] {
  if (!isAdmitted) throw new CredentialsInvalid();
  return rows;
}

const ofRow = <Row extends PublishedItem>(row: Row, members: Members): Row & Plain => ({
  ...row,
  plaintext: members.has("plaintext") ? readText(row.html ?? "").plaintext : null,
});

const ofPost = <Shown extends PostSummary & { readonly html?: string }>(
  post: Shown,
  members: Members,
): Shown & Plain & { json: null } => ({
  ...post,
  json: null,
  plaintext: members.has("plaintext") ? readText(post.html ?? "").plaintext : null,
});

function sortValueOf(post: PostSummary, { order }: PostFilter): string {
  if (order.by === "title") return post.title;
  if (order.by === "created_at") return post.createdAt;
  if (order.by === "updated_at") return post.updatedAt;
  const planned = order.by === "publish_at" ? post.publishAt : null;
  return planned ?? post.publishedAt ?? post.createdAt;
}

/** Strangers are told nothing of plans, and of what is for members only the excerpt that somebody wrote. */
function shownTo<Shown extends PostSummary>(actor: Actor | null, post: Shown): Shown {
  if (actor !== null) return post;
  const excerpt = mayReadText(actor, post) ? post.excerpt : (post.customExcerpt ?? "");
  return { ...post, ...unscheduled, publishLag: null, excerpt };
}
