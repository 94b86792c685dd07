/*
 * The console's files as the node gives them out: what a browser may keep, in which packing, and that the page asks for nothing
 * but files that the node has and shows no script of its own. What officers see in it is tested by a browser (console/browser).
 */
#include "check.h"
#include "base/attributes.h"
#include "base/text.h"
#include "web/console.h"
#include "web/web.h"

#include <stdio.h>
#include <string.h>

static struct console_answer answer;

static void ask(const char *path, const char *query, const char *encodings, const char *etags)
{
    struct console_ask asked = {.query = span_text(query)};

    if (encodings != NULL)
        asked.accept_encoding = span_text(encodings);
    if (etags != NULL)
        asked.if_none_match = span_text(etags);
    console_answer(console_find(path), &asked, &answer);
}

static bool is_bytes(struct console_bytes bytes)
{
    return answer.status == 200 && answer.body.size == bytes.size &&
           memcmp(answer.body.data, bytes.data, bytes.size) == 0;
}

CHECK_TEST(each_route_of_the_console_has_its_file)
{
    size_t count = 0;

    for (size_t i = 0; i < web_route_count; i++) {
        if (web_routes[i].kind != WEB_CONSOLE)
            continue;
        const struct console_file *file = console_find(web_routes[i].path);
        CHECK(file != NULL && file->plain.size > 0 && strlen(file->digest) == 32);
        CHECK(file != NULL && file->gzip.size < file->plain.size);
        CHECK(file != NULL && file->brotli.size < file->plain.size);
        count++;
    }
    CHECK_INT(count, 4);
    CHECK(console_find("/console/other.js") == NULL);
}

CHECK_TEST(a_file_comes_in_the_packing_that_the_browser_reads)
{
    const struct console_file *file = console_find("/console/app.js");

    ask(file->path, "", NULL, NULL);
    CHECK(answer.encoding == NULL && is_bytes(file->plain));
    ask(file->path, "", "gzip, deflate, br, zstd", NULL);
    CHECK(answer.encoding != NULL && strcmp(answer.encoding, "br") == 0 && is_bytes(file->brotli));
    ask(file->path, "", "gzip;q=0.5 , br;q=0", NULL);
    CHECK(answer.encoding != NULL && strcmp(answer.encoding, "gzip") == 0 && is_bytes(file->gzip));
    ask(file->path, "", "br; q=0.000,gzip;q=0", NULL);
    CHECK(answer.encoding == NULL && is_bytes(file->plain));
    ask(file->path, "", "brotli,xgzip,,;", NULL);
    CHECK(answer.encoding == NULL && is_bytes(file->plain));
}

CHECK_TEST(only_what_its_digest_names_is_kept_and_the_page_never)
{
    const struct console_file *file = console_find("/console/app.css");
    char query[64];

    snprintf(query, sizeof query, "v=%s", file->digest);
    ask(file->path, query, NULL, NULL);
    CHECK(strstr(answer.cache, "immutable") != NULL);
    query[2] ^= 1;
    ask(file->path, query, NULL, NULL);
    CHECK(strcmp(answer.cache, "no-cache") == 0 && is_bytes(file->plain));
    ask(file->path, "", NULL, NULL);
    CHECK(strcmp(answer.cache, "no-cache") == 0);
    snprintf(query, sizeof query, "v=%s", console_find("/console")->digest);
    ask("/console", query, NULL, NULL);
    CHECK(strcmp(answer.cache, "no-cache") == 0);
}

CHECK_TEST(what_the_browser_has_is_not_sent_again)
{
    char etag[CONSOLE_ETAG_SIZE];
    char list[2 * CONSOLE_ETAG_SIZE + 16];

    ask("/console", "", "br", NULL);
    memcpy(etag, answer.etag, sizeof etag);
    snprintf(list, sizeof list, "\"other\", W/%s", etag);
    ask("/console", "", "br", list);
    CHECK_INT(answer.status, 304);
    CHECK_INT(answer.body.size, 0);
    /* The same file in another packing is other bytes. */
    ask("/console", "", "gzip", list);
    CHECK_INT(answer.status, 200);
    ask("/console", "", "br", "\"other\"");
    CHECK_INT(answer.status, 200);
}

static size_t occurrences(const char *text, const char *word)
{
    size_t count = 0;

    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word))
        count++;
    return count;
}

/* Each file that the page names is one that the node has, by its digest. */
CHECK_TEST(the_page_asks_for_files_of_the_node_and_has_no_script_of_its_own)
{
    static const char *const files[] = {"/console/app.css", "/console/app.js", "/console/icon.svg"};
    struct console_bytes plain = console_find("/console")->plain;
    char page[8192];
    char name[128];

    CHECK_OR_RETURN(plain.size < sizeof page);
    snprintf(page, sizeof page, "%.*s", (int)plain.size, (const char *)plain.data);
    for (size_t i = 0; i < ARRAY_COUNT(files); i++) {
        snprintf(name, sizeof name, "=\"%s?v=%s\"", files[i], console_find(files[i])->digest);
        CHECK(strstr(page, name) != NULL);
    }
    CHECK_INT(occurrences(page, "src=") + occurrences(page, "href="), ARRAY_COUNT(files) + 1);
    CHECK(strstr(page, "href=\"/\"") != NULL); /* for those without script */
    CHECK_INT(occurrences(page, "<script"), 1);
    CHECK(strstr(page, "\"></script>") != NULL);
    CHECK(strstr(page, "<style") == NULL && strstr(page, "style=") == NULL);
    CHECK(strstr(page, "http:") == NULL && strstr(page, "https:") == NULL);
}

CHECK_TEST(the_page_may_run_its_own_script_and_nothing_else)
{
    ask("/console", "", NULL, NULL);
    CHECK_OR_RETURN(answer.policy != NULL);
    CHECK(strstr(answer.policy, "default-src 'none'") == answer.policy);
    CHECK(strstr(answer.policy, "unsafe") == NULL && strstr(answer.policy, "*") == NULL);
    CHECK(strstr(answer.policy, "trusted-types 'none'") != NULL);
    ask("/console/app.js", "", NULL, NULL);
    CHECK(answer.policy == NULL); /* the desk's own, under which nothing runs */
}

int main(void)
{
    CHECK_RUN(each_route_of_the_console_has_its_file);
    CHECK_RUN(a_file_comes_in_the_packing_that_the_browser_reads);
    CHECK_RUN(only_what_its_digest_names_is_kept_and_the_page_never);
    CHECK_RUN(what_the_browser_has_is_not_sent_again);
    CHECK_RUN(the_page_asks_for_files_of_the_node_and_has_no_script_of_its_own);
    CHECK_RUN(the_page_may_run_its_own_script_and_nothing_else);
    return check_end();
}
