using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace LlmRouting.Core.Tests.Shape;

/// <summary>Shows that public types are what the style guide asks for: immutable records, sealed classes, one per file.</summary>
public sealed partial class PublicTypesTests
{
    private static readonly Type[] Types = typeof(RoutingRequest).Assembly.GetExportedTypes();

    [Test]
    public void Records_HaveNoSetters()
    {
        IEnumerable<string> mutable = Types
            .Where(IsRecord)
            .SelectMany(static type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .Where(static property => property.SetMethod is { IsPublic: true } setter
                && !setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)))
            .Select(static property => $"{property.DeclaringType?.Name}.{property.Name}");

        Assert.That(Types.Where(IsRecord), Is.Not.Empty);
        Assert.That(mutable, Is.Empty);
    }

    [Test]
    public void Records_HoldNoMutableCollections()
    {
        IEnumerable<string> mutable = Types
            .Where(IsRecord)
            .SelectMany(static type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .Where(static property => property.PropertyType.IsArray
                || (property.PropertyType.IsGenericType && property.PropertyType.Namespace == "System.Collections.Generic"))
            .Select(static property => $"{property.DeclaringType?.Name}.{property.Name}");

        Assert.That(mutable, Is.Empty);
    }

    [Test]
    public void Fields_AreNeverPublic() =>
        Assert.That(
            Types.Where(static type => !type.IsEnum)
                .SelectMany(static type => type.GetFields(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
                .Where(static field => !field.IsLiteral)
                .Select(static field => $"{field.DeclaringType?.Name}.{field.Name}"),
            Is.Empty);

    [Test]
    public void Classes_AreSealedOrStatic()
    {
        IEnumerable<Type> open = Types.Where(static type => type.IsClass && !type.IsSealed && !typeof(Delegate).IsAssignableFrom(type));

        // The one base that user code may catch and that our own exceptions derive from.
        Assert.That(open, Is.EqualTo([typeof(RoutingException)]));
    }

    [Test]
    public void Exceptions_DeriveFromRoutingException()
    {
        // A provider's client throws the first into the router, and the schema validator is usable alone; the router's own exceptions carry an outcome.
        IEnumerable<Type> strangers = Types.Where(static type => typeof(Exception).IsAssignableFrom(type) && !typeof(RoutingException).IsAssignableFrom(type));

        Assert.That(strangers, Is.EquivalentTo([typeof(ProviderException), typeof(LlmRouting.JsonSchema.SchemaException)]));
    }

    [Test]
    public void Types_NeverTakeANameOfTheAbstractionsInTheRootNamespace()
    {
        IEnumerable<string> taken = typeof(Microsoft.Extensions.AI.IChatClient).Assembly.GetExportedTypes().Select(static type => type.Name);

        Assert.That(Types.Where(static type => type.Namespace == "LlmRouting").Select(static type => type.Name).Intersect(taken), Is.Empty);
    }

    [TestCase("src/Routing.Core")]
    [TestCase("src/Routing.Providers")]
    [TestCase("src/Routing.Onnx")]
    public void Files_HoldOnePublicTypeOfTheirName(string folder)
    {
        List<string> violations = [];
        foreach (string path in Repository.Files(folder, "*.cs"))
        {
            string[] names = [.. PublicType().Matches(Repository.StripComments(Repository.Read(path))).Select(static match => match.Groups["name"].Value)];
            string expected = Path.GetFileNameWithoutExtension(path);
            if (names.Length > 1 || (names.Length == 1 && names[0] != expected))
            {
                violations.Add($"{path} holds {string.Join(", ", names)}");
            }
        }

        Assert.That(violations, Is.Empty);
    }

    private static bool IsRecord(Type type) =>
        type.GetMethod("<Clone>$") is not null
        || (type.IsValueType && type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is not null);

    [GeneratedRegex(@"^public (?:(?:sealed|static|abstract|readonly|partial|ref) )*(?:class|record struct|record|struct|interface|enum) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicType();
}
