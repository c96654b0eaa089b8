import java.util.Base64;
import java.util.Properties;
import java.util.Scanner;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Apache Kafka's own client as it is, but for the settings given: {@code java JavaProducer.java NAME=VALUE... < LINES}.
 * A line is a topic, a key (none when empty) and a value in base 64, with tabs between.
 */
public final class JavaProducer {
    public static void main(String[] arguments) throws Exception {
        Properties settings = new Properties();
        for (String setting : arguments) {
            settings.put(setting.split("=", 2)[0], setting.split("=", 2)[1]);
        }
        settings.put("linger.ms", "100");
        try (Scanner lines = new Scanner(System.in, "UTF-8");
                KafkaProducer<String, byte[]> producer =
                        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
            while (lines.hasNextLine()) {
                String[] told = lines.nextLine().split("\t", -1);
                String key = told[1].isEmpty() ? null : told[1];
                producer.send(new ProducerRecord<>(told[0], key, Base64.getDecoder().decode(told[2])), (place, error) -> {
                    if (error != null) {
                        error.printStackTrace();
                        System.exit(1);
                    }
                });
            }
            producer.flush();
        }
    }
}
