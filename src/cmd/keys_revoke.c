/*
 * `besa keys revoke`: a key that was stolen or lost counts no more. Two officers; the running node does it at once.
 * docs/keys.md says what each needs afterwards.
 */
#include "cmd/keys.h"

#include "base/attributes.h"
#include "base/json.h"
#include "base/text.h"
#include "cmd/setup.h"
#include "crypto/cms.h"

#include <ctype.h>

#define FINGERPRINT_TEXT_MAX 128 /* 64 digits, with colons between as openssl shows them */

/* Digits as they come from `besa keys` or openssl, into the one form of the act. */
static bool fingerprint_read(const char *text, char out[2 * 32 + 1])
{
    size_t size = 0;

    for (; *text != '\0' && size < 65; text++)
        if (*text != ':')
            out[size++] = (char)tolower((unsigned char)*text);
    if (*text != '\0' || size != 64)
        return false;
    out[64] = '\0';
    return strspn(out, "0123456789abcdef") == 64;
}

/* The certificate that the node shows now. */
static bool fingerprint_own(const struct options *options, char out[2 * 32 + 1], struct error *err)
{
    struct buffer pem CLEANUP(buffer_free) = buffer_make(PEM_SIZE_MAX);
    uint8_t digest[32];
    struct home home;

    if (!home_find(options->home, &home, err) ||
        !setup_read(&home, HOME_TLS_CERTIFICATE, PEM_SIZE_MAX, &pem, err) ||
        !certificate_fingerprint(buffer_span(&pem), digest, err))
        return false;
    hex_write(span_make(digest, sizeof digest), out);
    return true;
}

static int revoke_tls(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(1024);
    struct json_writer arguments = json_writer_make(&text);
    const char *reason = NULL;
    const struct command_option own[] = {{.name = "for", .value = &reason}};
    char fingerprint[2 * 32 + 1];
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 1, &words, &exit_code))
        return exit_code;
    if (words.count == 1 && (strlen(words.words[0]) > FINGERPRINT_TEXT_MAX ||
                             !fingerprint_read(words.words[0], fingerprint)))
        return command_usage(options, "a fingerprint has 64 hexadecimal digits");
    if (words.count == 0 && !fingerprint_own(options, fingerprint, &err))
        return command_fail(options, &err);
    json_begin_object(&arguments);
    json_string_field(&arguments, "certificate", fingerprint);
    json_string_field(&arguments, "revoked_for", reason == NULL ? "theft" : reason);
    json_end_object(&arguments);
    exit_code = command_act(options, "key-revoke", buffer_span(&text), span_make(NULL, 0));
    if (exit_code == 0 && words.count == 0)
        command_note(options, "the line stands still until `besa keys tls renew`");
    return exit_code;
}

static int revoke_desk(struct options *options, int argc, char **argv)
{
    struct word_list words;
    int exit_code = 0;

    if (!command_parse(options, argc, argv, NULL, 0, 0, 0, &words, &exit_code))
        return exit_code;
    return command_act(options, "desk-key-revoke", span_text("{}"), span_make(NULL, 0));
}

static int revoke_officer(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(4096);
    struct json_writer arguments = json_writer_make(&text);
    struct word_list words;
    int exit_code = 0;

    if (!command_parse(options, argc, argv, NULL, 0, 1, 1, &words, &exit_code))
        return exit_code;
    json_begin_object(&arguments);
    json_string_field(&arguments, "id", words.words[0]);
    json_end_object(&arguments);
    return command_act(options, "officer-revoke", buffer_span(&text), span_make(NULL, 0));
}

int keys_revoke(struct options *options, int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(struct options *options, int argc, char **argv);
    } forms[] = {{"tls", revoke_tls}, {"desk-tls", revoke_desk}, {"officer", revoke_officer}};

    for (size_t i = 0; argc > 1 && i < ARRAY_COUNT(forms); i++)
        if (strcmp(argv[1], forms[i].name) == 0)
            return forms[i].run(options, argc - 1, argv + 1);
    return command_usage(options, "say tls, desk-tls or officer; a stolen log, custody or witness "
                                  "key goes by `besa succession` (docs/keys.md)");
}
