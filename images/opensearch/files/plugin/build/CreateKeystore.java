import java.nio.file.Path;
import org.opensearch.common.settings.KeyStoreWrapper;

/** Writes the keystore that the server would make at its first start, into the folder given. */
public final class CreateKeystore {
    public static void main(String[] args) throws Exception {
        try (KeyStoreWrapper keystore = KeyStoreWrapper.create()) {
            keystore.save(Path.of(args[0]), new char[0]);
        }
    }
}
