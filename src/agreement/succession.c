/* Succession document: see succession.h. */
#include "agreement/succession.h"

#include "base/attributes.h"
#include "crypto/cms.h"
#include "message/form.h"
#include "message/reference.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const format_names[] = {"besa-succession/1"};
const char *const succession_reason_names[SUCCESSION_REASON_COUNT] = {
    [SUCCESSION_YEARLY_CLOSING] = "yearly_closing",
    [SUCCESSION_KEY_CHANGE] = "key_change",
    [SUCCESSION_KEY_THEFT] = "key_theft",
    [SUCCESSION_KEEPER_LOST] = "keeper_lost",
    [SUCCESSION_RESTORED] = "restored",
    [SUCCESSION_CLONED] = "cloned",
};

bool succession_is_planned(enum succession_reason reason)
{
    return reason == SUCCESSION_YEARLY_CLOSING || reason == SUCCESSION_KEY_CHANGE;
}

static const struct form_field keys_fields[] = {
    {.name = "number",
     .kind = FORM_NUMBER,
     FORM_AT(struct succession_keys, number),
     .min = 0,
     .max = KEY_NUMBER_MAX,
     .about = "Number of this set of keys: the last part of its custody and witness names."},
    {.name = "log",
     .kind = FORM_HEX,
     FORM_AT(struct succession_keys, log),
     .max = 32,
     .about = "Ed25519: signs the successor."},
    {.name = "custody",
     .kind = FORM_HEX,
     FORM_AT(struct succession_keys, custody),
     .max = 32,
     .about = "Ed25519: cosigns in custody."},
    {.name = "witness",
     .kind = FORM_HEX,
     FORM_AT(struct succession_keys, witness),
     .max = 32,
     .about = "Ed25519: witnesses domestic logs."},
    {.name = "sealing",
     .kind = FORM_HEX,
     FORM_AT(struct succession_keys, sealing),
     .max = SUCCESSION_SEALING_SIZE,
     .about = "P-256 point: posts are sealed to it."},
};
static const struct form keys_form = {.name = "succession_keys",
                                      .about = "The writer's keys from the successor on.",
                                      .fields = keys_fields,
                                      .count = ARRAY_COUNT(keys_fields),
                                      .size = sizeof(struct succession_keys)};

static const struct form_field document_fields[] = {
    {.name = "format",
     .kind = FORM_CHOICE,
     FORM_AT(struct succession_document, format),
     FORM_NAMES(format_names),
     .about = "This format."},
    {.name = "log",
     .kind = FORM_TEXT,
     FORM_AT(struct succession_document, origin),
     .min = 1,
     .max = ORIGIN_SIZE_MAX,
     .rule = &form_rule_origin,
     .about = "Origin of the log that ends."},
    {.name = "size",
     .kind = FORM_COUNT,
     FORM_AT(struct succession_document, size),
     .min = 0,
     .max = JSON_INTEGER_MAX,
     .about = "Its size when this was written; a planned succession may end it further on."},
    {.name = "root",
     .kind = FORM_HEX,
     FORM_AT(struct succession_document, root),
     .max = TLOG_HASH_SIZE,
     .about = "Its root at that size."},
    {.name = "reason",
     .kind = FORM_CHOICE,
     FORM_AT(struct succession_document, reason),
     FORM_NAMES(succession_reason_names),
     .about = "Why it ends."},
    {.name = "keys",
     .kind = FORM_OBJECT,
     .form = &keys_form,
     FORM_AT(struct succession_document, keys),
     .about = "The writer's keys from the successor on; the old ones when none changed."},
    {.name = "made_at",
     .kind = FORM_TIME,
     FORM_AT(struct succession_document, made_ms),
     .about = "When this was written."},
};
static const struct form document_form = {.name = "succession_document",
                                          .about = "One log ends, the next follows.",
                                          .fields = document_fields,
                                          .count = ARRAY_COUNT(document_fields),
                                          .size = sizeof(struct succession_document)};

void keys_write_row(const struct succession_keys *keys, uint8_t out[KEYS_ROW_SIZE])
{
    out[0] = (uint8_t)(keys->number >> 8);
    out[1] = (uint8_t)keys->number;
    memcpy(out + 2, keys->log, 32);
    memcpy(out + 34, keys->custody, 32);
    memcpy(out + 66, keys->witness, 32);
    memcpy(out + 98, keys->sealing, SUCCESSION_SEALING_SIZE);
}

bool keys_read_row(struct span row, struct succession_keys *out)
{
    if (row.size != KEYS_ROW_SIZE)
        return false;
    out->number = (uint16_t)(row.data[0] << 8 | row.data[1]);
    memcpy(out->log, row.data + 2, 32);
    memcpy(out->custody, row.data + 34, 32);
    memcpy(out->witness, row.data + 66, 32);
    memcpy(out->sealing, row.data + 98, SUCCESSION_SEALING_SIZE);
    return true;
}

bool succession_document_write(const struct succession_document *document, struct buffer *out)
{
    return form_write(&document_form, document, out);
}

bool succession_document_read(struct span text, struct arena *arena,
                              struct succession_document *out, struct error *err)
{
    struct problems *problems = arena_alloc(arena, sizeof *problems);

    if (problems == NULL)
        return error_set(err, ERROR_LIMIT, "reading a succession: out of memory");
    if (text.size > SUCCESSION_DOCUMENT_MAX)
        return error_set(err, ERROR_LIMIT, "a succession document has %zu bytes; %u allowed",
                         text.size, SUCCESSION_DOCUMENT_MAX);
    problems_clear(problems);
    if (form_read(&document_form, text, arena, out, problems))
        return true;
    problems_to_error(problems, err);
    return error_add(err, "succession document");
}

bool succession_next(struct span origin, char out[ORIGIN_SIZE_MAX + 1], struct error *err)
{
    struct span stem;
    uint64_t number = 0;

    if (!origin_split(origin, &stem, &number) || number >= UINT32_MAX)
        return error_set(err, ERROR_INPUT, "'%.*s' is not the origin of a log that can be followed",
                         SPAN_ARG(origin));
    int size = snprintf(out, ORIGIN_SIZE_MAX + 1, "%.*s/%" PRIu64, SPAN_ARG(stem), number + 1);
    return size <= (int)ORIGIN_SIZE_MAX ||
           error_set(err, ERROR_LIMIT, "the origin after '%.*s' is too long", SPAN_ARG(origin));
}

/* A spelling of one's own would let two fingerprints stand for one statement. */
static bool canonical_read(struct span text, struct arena *arena, struct succession_document *out,
                           struct error *err)
{
    struct buffer canonical CLEANUP(buffer_free) = buffer_make(SUCCESSION_DOCUMENT_MAX);

    if (!succession_document_read(text, arena, out, err))
        return false;
    return (succession_document_write(out, &canonical) &&
            span_equal(buffer_span(&canonical), text)) ||
           error_set(err, ERROR_INPUT, "succession document of %.*s: not in its canonical spelling",
                     SPAN_ARG(out->origin));
}

static bool certificate_is_valid(const struct institution *institution, int64_t now_ms,
                                 struct error *err)
{
    int64_t from_ms = 0, to_ms = 0;

    if (!certificate_validity(institution->certificate_pem, &from_ms, &to_ms, err))
        return error_add(err, "signing certificate");
    return (now_ms >= from_ms && now_ms <= to_ms) ||
           error_set(err, ERROR_RULE, "the institution's certificate is not valid now");
}

bool succession_sign(struct span document, const struct institution *institution, int64_t now_ms,
                     struct arena *arena, struct buffer *cms, struct error *err)
{
    struct buffer canonical CLEANUP(buffer_free) = buffer_make(SUCCESSION_DOCUMENT_MAX);
    struct succession_document read;

    if (!succession_document_read(document, arena, &read, err) ||
        !certificate_is_valid(institution, now_ms, err))
        return false;
    if (!succession_document_write(&read, &canonical))
        return error_set(err, ERROR_LIMIT, "a succession document does not fit");
    return cms_sign(buffer_span(&canonical), institution->key_pem, institution->passphrase,
                    institution->certificate_pem, cms, err);
}

bool succession_look(struct span cms, struct arena *arena, struct succession_document *out,
                     size_t *signer_count, struct error *err)
{
    struct buffer content CLEANUP(buffer_free) = buffer_make(SUCCESSION_DOCUMENT_MAX);
    struct span copy;

    if (!cms_look(cms, signer_count, &content, err))
        return error_add(err, "succession document");
    return arena_copy(arena, buffer_span(&content), &copy)
               ? canonical_read(copy, arena, out, err)
               : error_set(err, ERROR_LIMIT, "reading a succession: out of memory");
}

bool succession_countersign(struct span signed_once, const struct institution *institution,
                            int64_t now_ms, struct arena *arena, struct buffer *cms,
                            struct error *err)
{
    struct buffer content CLEANUP(buffer_free) = buffer_make(SUCCESSION_DOCUMENT_MAX);
    struct succession_document read;
    size_t signer_count = 0;

    if (!succession_look(signed_once, arena, &read, &signer_count, err) ||
        !certificate_is_valid(institution, now_ms, err))
        return false;
    if (signer_count != 1 || origin_is_domestic(read.origin))
        return error_set(err, ERROR_CONFLICT,
                         "the succession of %.*s carries %zu signatures and needs no other",
                         SPAN_ARG(read.origin), signer_count);
    if (cms_verify(signed_once, &institution->certificate_pem, 1, &content, NULL))
        return error_set(err, ERROR_CONFLICT, "this institution signed already");
    return cms_add_signer(signed_once, institution->key_pem, institution->passphrase,
                          institution->certificate_pem, cms, err);
}

static bool verify(struct span cms, const struct span *certificates_pem, size_t count,
                   struct arena *arena, struct succession_document *out, struct error *err)
{
    struct buffer content CLEANUP(buffer_free) = buffer_make(SUCCESSION_DOCUMENT_MAX);
    struct span copy;

    if (!cms_verify(cms, certificates_pem, count, &content, err))
        return error_add(err, "succession document");
    if (!arena_copy(arena, buffer_span(&content), &copy))
        return error_set(err, ERROR_LIMIT, "reading a succession: out of memory");
    return canonical_read(copy, arena, out, err);
}

bool succession_verify_first(struct span cms, struct span certificate_pem, struct arena *arena,
                             struct succession_document *out, struct error *err)
{
    return verify(cms, &certificate_pem, 1, arena, out, err);
}

bool succession_verify(struct span cms, const struct span *certificates_pem, size_t count,
                       struct arena *arena, struct succession_document *out, struct error *err)
{
    if (!verify(cms, certificates_pem, count, arena, out, err))
        return false;
    return count == (origin_is_domestic(out->origin) ? 1u : 2u) ||
           error_set(err, ERROR_RULE, "the succession of %.*s needs %s", SPAN_ARG(out->origin),
                     origin_is_domestic(out->origin) ? "the writer's signature alone"
                                                     : "the signatures of both institutions");
}
