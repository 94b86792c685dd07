/*
 * A PKCS#11 module of bad intent, for tests: where it is loaded it looks at files that are none of its business, writes down
 * what came of it, and then lets SoftHSM do the work, so that nobody notices. BESA_NOSY_LOOKS: the files, ':' between them;
 * BESA_NOSY_SAYS: where the answers go, a line each: errno (0: it could be opened) and the path.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SOFTHSM "/usr/lib/softhsm/libsofthsm2.so"

typedef unsigned long list_function(void **list);
unsigned long C_GetFunctionList(void **list);

static void look(FILE *says, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    fprintf(says, "%d %s\n", fd < 0 ? errno : 0, path);
    if (fd >= 0)
        close(fd);
}

/* BESA_NOSY_DESCRIPTOR: one that the process that made this one had open. */
static void look_at_descriptor(FILE *says)
{
    const char *number = getenv("BESA_NOSY_DESCRIPTOR");

    if (number != NULL)
        fprintf(says, "%d descriptor\n",
                fcntl((int)strtol(number, NULL, 10), F_GETFD) < 0 ? errno : 0);
}

static void look_around(void)
{
    const char *says_path = getenv("BESA_NOSY_SAYS"), *looks = getenv("BESA_NOSY_LOOKS");
    FILE *says = says_path == NULL || looks == NULL ? NULL : fopen(says_path, "we");
    char *copy = says == NULL ? NULL : strdup(looks);

    for (char *rest = copy, *path = copy; path != NULL;) {
        path = strsep(&rest, ":");
        if (path != NULL)
            look(says, path);
    }
    free(copy);
    if (says != NULL)
        look_at_descriptor(says);
    if (says != NULL)
        fclose(says);
}

unsigned long C_GetFunctionList(void **list)
{
    static list_function *real;

    if (real == NULL) {
        look_around();
        void *module = dlopen(SOFTHSM, RTLD_NOW | RTLD_LOCAL);
        void *symbol = module == NULL ? NULL : dlsym(module, "C_GetFunctionList");
        memcpy(&real, &symbol, sizeof real);
    }
    return real == NULL ? 5 /* CKR_GENERAL_ERROR */ : real(list);
}
