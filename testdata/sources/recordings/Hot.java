import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs long enough for the compilers of the JVM to take it over. */
public class Hot {
  interface Shape {
    double area();
  }

  record Circle(double radius) implements Shape {
    public double area() {
      return Math.PI * radius * radius;
    }
  }

  record Square(double side) implements Shape {
    public double area() {
      return side * side;
    }
  }

  static double sum(List<Shape> shapes) {
    double sum = 0;
    for (Shape shape : shapes) sum += shape.area();
    return sum;
  }

  static int count(Map<String, Integer> words, String text) {
    for (String word : text.split(" ")) words.merge(word, 1, Integer::sum);
    return words.size();
  }

  static long fibonacci(int n) {
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
  }

  public static void main(String[] arguments) {
    long end = System.nanoTime() + Long.parseLong(arguments[0]) * 1_000_000;
    List<Shape> shapes = new ArrayList<>();
    for (int at = 0; at < 10_000; at++) shapes.add(at % 3 == 0 ? new Circle(at) : new Square(at));
    Map<String, Integer> words = new HashMap<>();
    double total = 0;
    for (int round = 0; System.nanoTime() < end; round++) {
      total += sum(shapes) + fibonacci(18) + count(words, "some words of round " + round % 100);
    }
    System.out.println(total);
  }
}
