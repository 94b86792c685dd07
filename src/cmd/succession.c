/*
 * `besa succession`: a log ends and the next begins. Prepared and taken in by two officers here, allowed by one at the
 * partner, signed by the institutions between these steps, on paper's terms: a file that goes from desk to desk.
 */
#include "agreement/succession.h"
#include "cmd/setup.h"

#include "base/attributes.h"
#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ARGUMENTS_SIZE (2 * SUCCESSION_CMS_MAX)
#define IMPORT_TRIES                                                                               \
    60u /* one a second: the partner's last receipts come in that time, or not soon */

/* --- prepare --- */

/* The document out of the act's result: a text that is itself JSON. */
static bool document_take(struct span result, struct arena *arena, struct span *out,
                          struct error *err)
{
    struct json *json CLEANUP(json_free) = NULL;
    struct problems problems = {.count = 0};
    struct json_object object;

    if (!json_parse(result, &json, err))
        return false;
    json_object_begin(&object, json_root(json), arena, &problems);
    struct span text = json_get_text(&object, "document", 1, SUCCESSION_DOCUMENT_MAX);
    if (text.size == 0)
        return error_set(err, ERROR_BUG, "the node gave no document");
    return arena_copy(arena, text, out) || error_set(err, ERROR_LIMIT, "out of memory");
}

static int file_show(struct options *options, const char *file, const char *next)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(16384);
    struct json_writer out = json_writer_make(&text);

    json_begin_object(&out);
    json_string_field(&out, "file", file);
    json_string_field(&out, "next", next);
    json_end_object(&out);
    return command_show(options, buffer_span(&text));
}

static int prepare_command(struct options *options, int argc, char **argv)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(4096);
    struct buffer result CLEANUP(buffer_free) = buffer_make(64 * 1024);
    struct json_writer writer = json_writer_make(&arguments);
    const char *why = NULL, *to = NULL;
    const struct command_option own[] = {{.name = "why", .letter = 'w', .value = &why},
                                         {.name = "output", .letter = 'o', .value = &to}};
    struct problems problems = {.count = 0};
    struct word_list words;
    struct error err = {0};
    struct span document;
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    if (why == NULL || to == NULL)
        return command_usage(options, "say --why the log ends, and --output FILE");
    json_begin_object(&writer);
    json_string_field(&writer, "log", words.words[0]);
    json_string_field(&writer, "why", why);
    json_end_object(&writer);
    if (!command_ask(options, "succession-prepare", buffer_span(&arguments), span_make(NULL, 0),
                     &result, &problems, &err))
        return command_fail_problems(options, &err, &problems);
    if (options->ask != NULL)
        return command_show(options,
                            buffer_span(&result)); /* the confirmation gives the document */
    if (!document_take(buffer_span(&result), &arena, &document, &err) ||
        !setup_write_new(to, document, &err))
        return command_fail(options, &err);
    return file_show(options, to, "read it, then your institution signs: `besa succession sign`");
}

/* --- signatures --- */

static int succession_sign_command(struct options *options, int argc, char **argv)
{
    return sign_command(options, argc, argv, succession_sign,
                        "an outgoing log: give the file to your partner, who runs `besa succession "
                        "allow` and `countersign`; a domestic log: `besa succession import`");
}

static int succession_countersign_command(struct options *options, int argc, char **argv)
{
    return sign_command(
        options, argc, argv, succession_countersign,
        "give the file back: the node whose log ends runs `besa succession import`");
}

/* --- acts upon the signed file --- */

static bool arguments_write(const char *path, struct buffer *out, struct error *err)
{
    struct buffer cms CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE);
    struct json_writer writer = json_writer_make(out);

    if (!command_read_file(path, SUCCESSION_CMS_MAX, &cms, err))
        return false;
    uint8_t *room = buffer_room(&text, BASE64_SIZE(cms.size) + 1);
    if (room == NULL)
        return error_set(err, ERROR_LIMIT, "%s does not fit in memory", path);
    base64_write(buffer_span(&cms), (char *)room);
    json_begin_object(&writer);
    json_text_field(&writer, "document", span_make(room, BASE64_SIZE(cms.size)));
    json_end_object(&writer);
    return !out->failed || error_set(err, ERROR_LIMIT, "%s does not fit", path);
}

/* BUSY is said by the node while the partner still owes a receipt or a cosignature: asked again for a while. */
static int act_command(struct options *options, int argc, char **argv, const char *act,
                       unsigned tries)
{
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE);
    struct buffer result CLEANUP(buffer_free) = buffer_make(64 * 1024);
    struct problems problems = {.count = 0};
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;
    bool ok = false;

    if (!command_parse(options, argc, argv, NULL, 0, 1, 1, &words, &exit_code))
        return exit_code;
    if (!arguments_write(words.words[0], &arguments, &err))
        return command_fail(options, &err);
    for (unsigned i = 0; !ok && i < tries; i++) {
        if (i > 0)
            sleep(1);
        error_clear(&err);
        buffer_clear(&result);
        ok = command_ask(options, act, buffer_span(&arguments), span_make(NULL, 0), &result,
                         &problems, &err);
        if (!ok && err.kind != ERROR_BUSY)
            break;
        if (!ok && i == 0)
            command_note(options, "%s", err.text);
    }
    return ok ? command_show(options, buffer_span(&result))
              : command_fail_problems(options, &err, &problems);
}

static int allow_command(struct options *options, int argc, char **argv)
{
    return act_command(options, argc, argv, "succession-allow", 1);
}

static int import_command(struct options *options, int argc, char **argv)
{
    return act_command(options, argc, argv, "succession-import", IMPORT_TRIES);
}

/* --- showing --- */

static void document_show(const struct succession_document *document, size_t signer_count,
                          struct json_writer *out)
{
    json_begin_object(out);
    json_text_field(out, "log", document->origin);
    json_integer_field(out, "size", (int64_t)document->size);
    json_hex_field(out, "root", span_make(document->root, sizeof document->root));
    json_string_field(out, "why", succession_reason_names[document->reason]);
    json_string_field(out, "ends",
                      succession_is_planned(document->reason) ? "there or further on, on this tree"
                                                              : "exactly there");
    json_integer_field(out, "keys", document->keys.number);
    json_hex_field(out, "log_key", span_make(document->keys.log, sizeof document->keys.log));
    json_hex_field(out, "custody_key",
                   span_make(document->keys.custody, sizeof document->keys.custody));
    json_hex_field(out, "witness_key",
                   span_make(document->keys.witness, sizeof document->keys.witness));
    json_time_field(out, "made", document->made_ms);
    json_integer_field(out, "signatures", (int64_t)signer_count);
    json_end_object(out);
}

static int show_command(struct options *options, int argc, char **argv)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer file CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    struct buffer text CLEANUP(buffer_free) = buffer_make(16384);
    struct json_writer out = json_writer_make(&text);
    struct succession_document document;
    size_t signer_count = 0;
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, NULL, 0, 1, 1, &words, &exit_code))
        return exit_code;
    if (!command_read_file(words.words[0], SUCCESSION_CMS_MAX, &file, &err))
        return command_fail(options, &err);
    bool is_plain = file.size > 0 && file.data[0] == '{';
    bool ok = is_plain
                  ? succession_document_read(buffer_span(&file), &arena, &document, &err)
                  : succession_look(buffer_span(&file), &arena, &document, &signer_count, &err);
    if (!ok)
        return command_fail(options, &err);
    document_show(&document, signer_count, &out);
    return command_show(options, buffer_span(&text));
}

int command_succession(struct options *options, int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(struct options *options, int argc, char **argv);
    } forms[] = {{"prepare", prepare_command},
                 {"show", show_command},
                 {"sign", succession_sign_command},
                 {"allow", allow_command},
                 {"countersign", succession_countersign_command},
                 {"import", import_command}};

    for (size_t i = 0; argc > 1 && i < ARRAY_COUNT(forms); i++)
        if (strcmp(argv[1], forms[i].name) == 0)
            return forms[i].run(options, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        command_help(options);
        return 0;
    }
    return command_usage(options, "say prepare, show, sign, allow, countersign or import");
}
