CREATE EXTENSION IF NOT EXISTS unaccent;
--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
-- What a text is compared by: small letters without accents, and a space wherever there is neither letter nor
-- digit. Never longer than 200,000 characters, and without a character that means something in a tsquery.
-- The first list is of characters that Unicode's compatibility forms change, which is slow and rarely needed;
-- the second of marks and symbols, spelled out because their classes differ from one locale to the next.
CREATE FUNCTION search_fold(source text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN left(regexp_replace(
  lower(unaccent('unaccent'::regdictionary, CASE
    WHEN source ~ '[\u0300-\u036F\u1100-\u11FF\u3099\u309A\u3200-\u33FF\uFB00-\uFB06\uFF00-\uFFEF]'
    THEN normalize(source, NFKC) ELSE source END)),
  '[\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u00A9\u00AB-\u00B4\u00B6-\u00B9\u00BB-\u00BF\u00D7\u00F7'
    '\u0300-\u036F\u060C\u061B\u061F\u0964\u0965\u1680\u2000-\u206F\u20A0-\u20CF\u2190-\u2BFF'
    '\u3000-\u3004\u3008-\u3020\u3030\u30FB\uFEFF\uFFFC\uFFFD]+',
  ' ', 'g'), 200000);
--> statement-breakpoint
-- The same, as words. Where a script has no spaces, or few, every two characters that stand together are a word:
-- 東京都 becomes 東 東京 京都 都. The single ones at both ends make the ends findable.
CREATE FUNCTION search_words(source text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN octet_length(source) = length(source) THEN search_fold(source) ELSE left(regexp_replace(
  regexp_replace(search_fold(source),
    '([\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u2E80-\u2FDF\u3005-\u3007\u3021-\u3029\u3041-\u309F'
      '\u30A1-\u30FA\u30FC-\u30FF\u31F0-\u31FF\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF'
      '\U00020000-\U0003FFFF]+)', ' \1 ', 'g'),
  '([\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u2E80-\u2FDF\u3005-\u3007\u3021-\u3029\u3041-\u309F'
    '\u30A1-\u30FA\u30FC-\u30FF\u31F0-\u31FF\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF'
    '\U00020000-\U0003FFFF])', '\1 \1', 'g'), 200000) END;
--> statement-breakpoint
-- Where there is nothing but Latin, Greek or Cyrillic letters and everyday punctuation, PostgreSQL's own parser finds
-- the same words, and faster, once nothing looks like an address, a path, a number with a sign or a tag.
CREATE FUNCTION search_vector(source text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN to_tsvector('simple'::regconfig, CASE
  WHEN source ~ '[^\u0001-\u007F\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F\u0386-\u03CE\u0400-\u0481\u048A-\u052F\u2013\u2014\u2018\u2019\u201C\u201D\u2026]'
  THEN search_words(source)
  ELSE replace(replace(replace(replace(replace(replace(replace(replace(replace(
    left(unaccent('unaccent'::regdictionary, source), 200000),
    '.', ' '), '/', ' '), '-', ' '), '_', ' '), '@', ' '), ':', ' '), '+', ' '), '<', ' '), '&', ' ') END);
--> statement-breakpoint
-- The text of HTML as the worker keeps it: tags gone, the five entities resolved. At most 100,000 characters,
-- so that no text makes a tsvector that PostgreSQL refuses (1 MB).
CREATE FUNCTION search_text(html text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN left(replace(replace(replace(replace(replace(
  (SELECT string_agg(split_part(piece, '>', 2), '')
    FROM string_to_table('>' || replace(replace(left(html, 400000), '><', '> <'), '<br', ' <br'), '<') AS piece),
  '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#39;', ''''), '&amp;', '&'), 100000);
--> statement-breakpoint
-- What one term of a search asks for: its words one after the other, the last of them perhaps only begun.
-- Nothing but words ever reaches PostgreSQL's own syntax.
CREATE FUNCTION search_term(term text, is_begun boolean) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
  words text[] := string_to_array(btrim(regexp_replace(search_words(term), ' +', ' ', 'g')), ' ');
  size int := cardinality(words);
  opens boolean := is_begun;
BEGIN
  -- At the ends of a run stands a single character that the text it is looked for in may not have there.
  IF size > 1 AND length(words[1]) = 1 AND words[1] = left(words[2], 1) AND words[1] > '~' THEN
    words := words[2:];
    size := size - 1;
    opens := opens OR length(words[1]) = 1;
  END IF;
  IF size > 1 AND length(words[size]) = 1 AND words[size] = right(words[size - 1], 1) AND words[size] > '~' THEN
    size := size - 1;
    words := words[:size];
    opens := false;
  END IF;
  IF size = 0 THEN RETURN ''::tsquery; END IF;
  IF NOT opens OR (length(words[size]) = 1 AND words[size] <= '~') THEN
    RETURN phraseto_tsquery('simple'::regconfig, array_to_string(words, ' '));
  END IF;
  RETURN CASE WHEN size > 1
    THEN phraseto_tsquery('simple'::regconfig, array_to_string(words[:size - 1], ' ')) <->
      to_tsquery('simple'::regconfig, '''' || words[size] || ''':*')
    ELSE to_tsquery('simple'::regconfig, '''' || words[size] || ''':*') END;
END
$$;
