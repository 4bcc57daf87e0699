package dev.waystate.server;

import dev.waystate.process.Utf8;
import java.beans.PropertyEditorSupport;
import java.io.FileNotFoundException;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.beans.factory.config.CustomEditorConfigurer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ResourceUtils;

/**
 * Takes the names of files in properties as they stand, and in UTF-8, as those of a command line. Spring would look for
 * a relative one among the files of the HTTP port first, and so refuse what leads upwards. {@code file:} begins a URL,
 * as in other properties.
 */
@Configuration(proxyBeanMethods = false)
class FileNames {

    @Bean
    static CustomEditorConfigurer fileNameEditor() {
        CustomEditorConfigurer editors = new CustomEditorConfigurer();
        editors.setCustomEditors(Map.of(Path.class, Editor.class));
        return editors;
    }

    /** Reads one name. */
    static final class Editor extends PropertyEditorSupport {

        @Override
        public void setAsText(String text) {
            if (Utf8.isLost(text)) {
                throw new IllegalArgumentException(
                        "expected a name in the encoding of the locale: set LC_ALL=C.UTF-8, or give it as an argument");
            }
            setValue(text.isBlank() ? null : Utf8.path(name(text)));
        }

        private static String name(String text) {
            try {
                return text.startsWith(ResourceUtils.FILE_URL_PREFIX)
                        ? ResourceUtils.getFile(text).getPath()
                        : text;
            } catch (FileNotFoundException noFile) {
                throw new IllegalArgumentException(noFile.getMessage(), noFile);
            }
        }
    }
}
