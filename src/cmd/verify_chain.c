/* Verification of logs that follow one another: see verify_chain.h. */
#include "cmd/verify_chain.h"

#include "agreement/succession.h"
#include "message/head.h"
#include "message/reference.h"
#include "tlog/checkpoint.h"
#include "tlog/tile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define PATH_SIZE  4096
#define ARENA_SIZE (4u * 1024u * 1024u)

/* --- the file that says what a log follows --- */

bool succession_file_read(struct span file, struct span head_bytes, struct arena *arena,
                          struct succession *out, struct error *err)
{
    static _Thread_local struct problems problems;
    uint8_t digest[DIGEST_SIZE];
    struct head head;

    if (!head_read(head_bytes, arena, &head, err))
        return error_add(err, "entry 0");
    if (file.size < SALT_SIZE || head.type != MESSAGE_SUCCESSION || !head.has_body)
        return error_set(err, ERROR_INPUT, "entry 0 is no succession, or its file is cut");
    struct span body = span_part(file, SALT_SIZE, file.size);
    digest_salted(file.data, body, digest);
    if (!digest_is_equal(digest, head.body_digest))
        return error_set(err, ERROR_INPUT, "it is not the body that entry 0 names");
    problems_clear(&problems);
    return succession_read(body, arena, out, &problems) || problems_to_error(&problems, err);
}

static bool link_file(const struct verify_chain *chain, const struct verify_link *link,
                      const char *name, size_t limit, struct buffer *out, struct error *err)
{
    char path[PATH_SIZE];

    int size = snprintf(path, sizeof path, "%s/%s/%s", chain->directory, link->key->name, name);
    return (size > 0 && size < (int)sizeof path)
               ? env_read_file(chain->env, path, limit, out, err)
               : error_set(err, ERROR_INPUT, "a path is too long");
}

/* The head of entry 0, from the first bundle. */
static bool first_head_read(const struct verify_chain *chain, const struct verify_link *link,
                            struct buffer *bundle, struct span *out, struct error *err)
{
    struct buffer name CLEANUP(buffer_free) = buffer_make(TILE_PATH_SIZE_MAX + 1);
    struct tile_path path = {.is_entries = true, .width = tile_width(link->found.size, 0, 0)};

    if (!tile_path_write(&path, &name) || !buffer_byte(&name, 0) ||
        !link_file(chain, link, (const char *)name.data, BUNDLE_SIZE_MAX, bundle, err))
        return error_add(err, "entry 0");
    struct span bytes = buffer_span(bundle);
    size_t size = bytes.size < 2 ? 0 : (size_t)(bytes.data[0] << 8 | bytes.data[1]);
    if (size == 0 || size + 2 > bytes.size)
        return error_set(err, ERROR_INPUT, "entry 0 is cut");
    *out = span_part(bytes, 2, size);
    return true;
}

/* Where the older log ends, as told, may not contradict what the institutions signed. */
static bool end_check(const struct succession *told, const struct succession_document *document,
                      struct error *err)
{
    bool is_there =
        told->size == document->size && memcmp(told->root, document->root, sizeof told->root) == 0;

    return is_there || (told->size > document->size && succession_is_planned(document->reason)) ||
           error_set(err, ERROR_INPUT,
                     "entry 0 says that the log before it ends at %" PRIu64
                     ", its document says %" PRIu64 " or another tree",
                     told->size, document->size);
}

static bool document_check(const struct verify_chain *chain, const struct verify_link *before,
                           const struct verify_link *link, const struct succession *told,
                           struct arena *arena, struct succession_document *out, struct error *err)
{
    size_t signers = 0;
    size_t wanted = origin_is_domestic(span_text(link->key->name)) ? 1 : 2;

    if (!succession_look(told->document, arena, out, &signers, err))
        return false;
    if (before != NULL && !span_is(out->origin, before->key->name))
        return error_set(err, ERROR_INPUT, "its document is about log %.*s", SPAN_ARG(out->origin));
    if (memcmp(out->keys.log, link->key->public_key, sizeof out->keys.log) != 0)
        return error_set(err, ERROR_INPUT, "its document names another key than the one given");
    if (chain->certificate_count > 0 &&
        !succession_verify(told->document, chain->certificates,
                           chain->certificate_count < wanted ? chain->certificate_count : wanted,
                           arena, out, err))
        return error_add(err, "signatures of the institutions");
    return end_check(told, out, err);
}

/* Reads what `link` follows; in `before`, where that log ends. */
static void start_read(const struct verify_chain *chain, struct verify_link *before,
                       struct verify_link *link, struct verify_report *report)
{
    struct arena arena CLEANUP(arena_free) = arena_make(ARENA_SIZE);
    struct buffer file CLEANUP(buffer_free) = buffer_make(VERIFY_SUCCESSION_MAX);
    struct buffer bundle CLEANUP(buffer_free) = buffer_make(BUNDLE_SIZE_MAX);
    struct succession_document document;
    struct succession told;
    struct span head;
    struct error err = {0};

    if (!link_file(chain, link, VERIFY_SUCCESSION_NAME, VERIFY_SUCCESSION_MAX, &file, &err) ||
        !first_head_read(chain, link, &bundle, &head, &err) ||
        !succession_file_read(buffer_span(&file), head, &arena, &told, &err) ||
        !document_check(chain, before, link, &told, &arena, &document, &err)) {
        finding_add(report, FINDING_SUCCESSION, "log %s: what it follows is not shown: %.250s",
                    link->key->name, err.text);
        return;
    }
    link->has_start = true;
    link->custody = told.custody;
    link->keys_number = document.keys.number;
    if (before == NULL)
        return;
    before->has_end = true;
    before->end_size = told.size;
    memcpy(before->end_root.bytes, told.root, sizeof told.root);
}

/* --- order --- */

static int link_compare(const void *a, const void *b)
{
    const struct verify_link *left = a, *right = b;
    size_t size = left->stem.size < right->stem.size ? left->stem.size : right->stem.size;
    int by_stem = memcmp(left->stem.data, right->stem.data, size);

    if (by_stem != 0)
        return by_stem;
    if (left->stem.size != right->stem.size)
        return left->stem.size < right->stem.size ? -1 : 1;
    return left->number < right->number ? -1 : left->number > right->number;
}

static bool follows(const struct verify_link *links, size_t i)
{
    return i > 0 && span_equal(links[i - 1].stem, links[i].stem);
}

static bool links_make(const struct verify_chain *chain, struct verify_link *links,
                       struct error *err)
{
    if (chain->log_count > VERIFY_CHAIN_MAX)
        return error_set(err, ERROR_LIMIT, "%zu logs; at most %u", chain->log_count,
                         VERIFY_CHAIN_MAX);
    for (size_t i = 0; i < chain->log_count; i++) {
        links[i] = (struct verify_link){.key = &chain->log[i]};
        if (!origin_split(span_text(chain->log[i].name), &links[i].stem, &links[i].number))
            return error_set(err, ERROR_INPUT, "%s is no log of a chain", chain->log[i].name);
    }
    qsort(links, chain->log_count, sizeof *links, link_compare);
    for (size_t i = 0; i < chain->log_count; i++)
        if (follows(links, i) && links[i].number != links[i - 1].number + 1)
            return error_set(err, ERROR_INPUT,
                             "between log %s and log %s one is missing, or one is named twice",
                             links[i - 1].key->name, links[i].key->name);
    return true;
}

/* --- keys: a party's custody key ends where its next set of keys begins --- */

/* `<p>/<agreement>/to/<q>` and `<q>/<agreement>/to/<p>` */
static bool is_other_side(struct span stem, struct span other)
{
    char turned[ORIGIN_SIZE_MAX + 1];
    struct span party = origin_party(stem);
    const uint8_t *to = memmem(stem.data, stem.size, "/to/", 4);

    if (to == NULL)
        return false;
    struct span middle =
        span_part(stem, party.size, (size_t)(to - stem.data) - party.size); /* "/<agreement>" */
    struct span partner = span_part(stem, (size_t)(to - stem.data) + 4, stem.size);
    snprintf(turned, sizeof turned, "%.*s%.*s/to/%.*s", SPAN_ARG(partner), SPAN_ARG(middle),
             SPAN_ARG(party));
    return span_is(other, turned);
}

static void custody_end(const struct verify_chain *chain, struct span party, unsigned number,
                        uint64_t position)
{
    char name[NAME_SIZE_MAX + 32];

    snprintf(name, sizeof name, "%.*s/custody/%u", SPAN_ARG(party), number);
    for (size_t i = 0; i < chain->custody_count; i++)
        if (strcmp(chain->custody[i].key.name, name) == 0) {
            chain->custody[i].has_end = true;
            chain->custody[i].end = position;
        }
}

/* The ends of the custody keys that count for the logs of `stem`, out of the other side's successions. */
static void custody_ends(const struct verify_chain *chain, const struct verify_link *links,
                         struct span stem)
{
    for (size_t i = 0; i < chain->custody_count; i++)
        chain->custody[i].has_end = false;
    for (size_t i = 0; i < chain->log_count; i++) {
        if (!links[i].has_start || !is_other_side(stem, links[i].stem))
            continue;
        unsigned before = follows(links, i) ? links[i - 1].keys_number : 0;
        if (links[i].keys_number > before)
            custody_end(chain, origin_party(links[i].stem), before, links[i].custody);
    }
}

/* --- all of it --- */

static bool link_verify(const struct verify_chain *chain, struct verify_link *link,
                        struct verify_report *report, struct error *err)
{
    char directory[PATH_SIZE];
    struct verify_files files = {.env = chain->env,
                                 .directory = directory,
                                 .log = *link->key,
                                 .custody = chain->custody,
                                 .custody_count = chain->custody_count,
                                 .base = link->base,
                                 .has_end = link->has_end,
                                 .end_size = link->end_size,
                                 .end_root = link->end_root};

    int size = snprintf(directory, sizeof directory, "%s/%s", chain->directory, link->key->name);
    if (size <= 0 || size >= (int)sizeof directory)
        return error_set(err, ERROR_INPUT, "the directory's path is too long");
    return verify_directory(&files, report, &link->found, err) ||
           error_add(err, "log %s", link->key->name);
}

/* The size that the checkpoint names: entry 0 lies in a bundle that is named by it. */
static bool size_look(const struct verify_chain *chain, struct verify_link *link, struct error *err)
{
    struct buffer note CLEANUP(buffer_free) = buffer_make(NOTE_SIZE_MAX);
    struct buffer body CLEANUP(buffer_free) = buffer_make(NOTE_SIZE_MAX);
    struct checkpoint checkpoint = {.size = 0};
    uint8_t signature[SIGNATURE_SIZE];
    struct error refused = {0};

    if (!link_file(chain, link, "checkpoint", NOTE_SIZE_MAX, &note, err))
        return error_add(err, "no exported log %s", link->key->name);
    if (checkpoint_open(buffer_span(&note), link->key, &checkpoint, &body, signature, &refused))
        link->found.size = checkpoint.size; /* else link_verify says so */
    return true;
}

bool verify_chain(const struct verify_chain *chain, struct verify_link *links,
                  struct verify_report *report, struct error *err)
{
    if (!links_make(chain, links, err))
        return false;
    for (size_t i = 0; i < chain->log_count; i++) {
        if (!size_look(chain, &links[i], err))
            return false;
        if (follows(links, i) || links[i].number > 0)
            start_read(chain, follows(links, i) ? &links[i - 1] : NULL, &links[i], report);
        if (follows(links, i))
            links[i].base = links[i - 1].base + links[i - 1].end_size;
    }
    for (size_t i = 0; i < chain->log_count; i++) {
        custody_ends(chain, links, links[i].stem);
        if (!link_verify(chain, &links[i], report, err))
            return false;
    }
    return true;
}
