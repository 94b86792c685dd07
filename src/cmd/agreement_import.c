/*
 * The act `agreement-import`: a document that both institutions signed comes into force, beside a running node too. A
 * document is judged by nobody before both signed it; the certificates and keys that count are those pinned at pairing.
 */
#include "cmd/paired.h"

#include "agreement/signed.h"
#include "cmd/service.h"

#include "base/attributes.h"
#include "base/text.h"
#include "journal/version.h"

#include <inttypes.h>
#include <stdio.h>

#define CMS_ROOM   (AGREEMENT_SIZE_MAX + 64u * 1024u) /* a document with two signatures */
#define ARENA_SIZE (8 * AGREEMENT_ARENA_SIZE)

struct adoption {
    const struct node_file *file;
    struct span cms;
    struct arena arena;
    struct signed_agreement agreement;
    struct paired pair;
};

/* Who else signs it: the party that is not us. */
static bool partner_name(struct adoption *adoption, const struct node *node, struct span *out,
                         struct error *err)
{
    struct signed_agreement proposal;
    size_t signer_count = 0;

    if (!agreement_look(adoption->cms, &adoption->arena, &proposal, &signer_count, err))
        return false;
    const struct agreement_party *partner =
        agreement_partner(&proposal.agreement, span_text(node->config.party));
    if (partner == NULL)
        return error_set(err, ERROR_RULE, "agreement %.*s: '%s' is none of its parties",
                         SPAN_ARG(proposal.agreement.id), node->config.party);
    *out = partner->party;
    return true;
}

/* The keys in the document are those that were compared at pairing. */
static bool keys_check(const struct agreement *agreement, const struct pairing *pairing,
                       struct error *err)
{
    const struct agreement_party *pinned = &pairing->party;
    const struct agreement_party *named = agreement_party_find(agreement, pinned->party);

    if (named != NULL && memcmp(named->log_key, pinned->log_key, sizeof named->log_key) == 0 &&
        memcmp(named->custody_key, pinned->custody_key, sizeof named->custody_key) == 0 &&
        memcmp(named->witness_key, pinned->witness_key, sizeof named->witness_key) == 0 &&
        memcmp(named->sealing_key, pinned->sealing_key, sizeof named->sealing_key) == 0)
        return true;
    return error_set(err, ERROR_RULE,
                     "agreement %.*s names other keys of '%.*s' than those compared at pairing",
                     SPAN_ARG(agreement->id), SPAN_ARG(pinned->party));
}

static bool adoption_check(struct adoption *adoption, struct node *node, struct error *err)
{
    struct span partner = {NULL, 0};
    const struct agreement *agreement = &adoption->agreement.agreement;

    if (!partner_name(adoption, node, &partner, err) ||
        !paired_load(&node->home, partner, &adoption->arena, &adoption->pair, err))
        return false;
    const struct span certificates[2] = {adoption->pair.own.party.certificate_pem,
                                         adoption->pair.partner.party.certificate_pem};
    if (!agreement_verify(adoption->cms, certificates, &adoption->arena, &adoption->agreement,
                          err) ||
        !keys_check(agreement, &adoption->pair.own, err) ||
        !keys_check(agreement, &adoption->pair.partner, err))
        return false;
    if (!digest_is_equal(agreement->psk_hash, adoption->pair.psk_hash))
        return error_set(err, ERROR_RULE,
                         "agreement %.*s names another pre-shared key than this pairing made",
                         SPAN_ARG(agreement->id));
    if (agreement->is_training != node->config.is_training)
        return error_set(err, ERROR_RULE, "agreement %.*s is%s for training, this node is%s",
                         SPAN_ARG(agreement->id), agreement->is_training ? "" : " not",
                         node->config.is_training ? "" : " not");
    if (!version_permits(version_own(&node->journal), agreement, err))
        return false;
    if (journal_line_of(&node->journal, agreement->id) != NULL)
        return error_set(err, ERROR_CONFLICT, "agreement %.*s is in force here already",
                         SPAN_ARG(agreement->id));
    return true;
}

/* The adoption comes last in its job: what it adds in memory would outlive a job that is undone. */
static bool adopt(struct node *node, void *context, struct error *err)
{
    struct adoption *adoption = context;
    const struct signed_agreement *agreement = &adoption->agreement;
    char text[NAME_SIZE_MAX + 2 * DIGEST_SIZE + 32];
    char hex[2 * DIGEST_SIZE + 1];

    if (!adoption_check(adoption, node, err))
        return false;
    hex_write(span_make(agreement->fingerprint, DIGEST_SIZE), hex);
    snprintf(text, sizeof text, "%.*s/%" PRId64 " %s", SPAN_ARG(agreement->agreement.id),
             agreement->agreement.version, hex);
    struct span object = span_text(text);
    return node_access(node, &adoption->file->reading->request, "agreement-import", &object, 1,
                       err) &&
           journal_adopt(&node->journal, adoption->cms, agreement->document, agreement->fingerprint,
                         err);
}

/* In a job of its own, behind the commit: the running node's servers and courier learn the partner. */
static bool line_open(struct node *node, void *context, struct error *err)
{
    (void)context;
    return node->service == NULL || service_follow(node->service, err) ||
           error_add(err, "the agreement is in force, but its line opens with the next start");
}

/* The sandbox of a running node names the ports that it may call and never takes another. */
static const char *state_words(const struct node *node)
{
    if (node->service == NULL)
        return "in force here; `besa serve` opens the line";
    return node->service->sandbox.has_network
               ? "in force here; the partner may call now, and is called after SIGHUP to `besa serve`"
               : "in force here; the line is open";
}

static void adoption_show(const struct adoption *adoption)
{
    struct json_writer out = json_writer_make(adoption->file->result);

    buffer_clear(adoption->file->result);
    json_begin_object(&out);
    json_text_field(&out, "agreement", adoption->agreement.agreement.id);
    json_integer_field(&out, "version", adoption->agreement.agreement.version);
    json_boolean_field(&out, "training", adoption->agreement.agreement.is_training);
    json_hex_field(&out, "fingerprint", span_make(adoption->agreement.fingerprint, DIGEST_SIZE));
    json_string_field(&out, "state", state_words(adoption->file->node));
    json_end_object(&out);
}

bool node_agreement_import(const struct node_file *file, struct error *err)
{
    struct control_reading *reading = file->reading;
    struct adoption adoption = {.file = file, .arena = arena_make(ARENA_SIZE)};

    adoption.cms = json_get_base64(&reading->arguments, "signed", 1, CMS_ROOM);
    json_object_end(&reading->arguments);
    bool ok = problems_to_error(&reading->problems, err) &&
              node_job(file->node, file->is_pumping, adopt, &adoption, err) &&
              node_job(file->node, file->is_pumping, line_open, NULL, err);
    if (ok)
        adoption_show(&adoption);
    arena_free(&adoption.arena);
    return ok;
}
