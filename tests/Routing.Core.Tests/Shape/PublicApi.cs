using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace LlmRouting.Core.Tests.Shape;

/// <summary>Writes what an assembly shows to its users as a stable text: one line per member, ordered.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    public static string Describe(Assembly assembly)
    {
        StringBuilder text = new();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(static type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Head(type)).Append('\n');
            foreach (string member in Members(type).Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Head(Type type)
    {
        string kind = type.IsEnum ? "enum"
            : type.IsInterface ? "interface"
            : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
            : (type.IsValueType, IsRecord(type)) switch
            {
                (true, true) => "record struct",
                (true, false) => "struct",
                (false, true) => "record",
                _ => "class",
            };
        string modifier = !type.IsClass ? "" : type is { IsAbstract: true, IsSealed: true } ? "static " : type.IsSealed ? "sealed " : type.IsAbstract ? "abstract " : "";
        IEnumerable<Type> inherited = type.IsEnum || type.IsValueType ? [] : type.BaseType is { } parent && parent != typeof(object) ? [parent] : [];
        IEnumerable<string> bases = inherited.Concat(type.IsEnum ? [] : type.GetInterfaces().Where(static seam => seam.IsPublic && !IsEquatable(seam)))
            .Select(static based => Name(based))
            .Order(StringComparer.Ordinal);
        string list = string.Join(", ", bases);
        return $"{modifier}{kind} {type.Namespace}.{Name(type)}{(list.Length == 0 ? "" : $" : {list}")}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}");
        }

        IEnumerable<string> constructors = type.GetConstructors(Declared).Where(IsVisible).Select(constructor => $"new({Parameters(constructor)})");
        IEnumerable<string> fields = type.GetFields(Declared).Where(static field => field.IsPublic).Select(static field =>
            $"{(field.IsLiteral ? "const " : "static ")}{Name(field.FieldType)} {field.Name}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : "")}");
        IEnumerable<string> properties = type.GetProperties(Declared).Select(Describe).OfType<string>();
        IEnumerable<string> methods = type.GetMethods(Declared)
            .Where(static method => IsVisible(method) && !method.IsSpecialName && !IsGenerated(method))
            .Select(static method => $"{(method.IsStatic ? "static " : "")}{Annotated(method.ReturnParameter)} {method.Name}{Generics(method)}({Parameters(method)})");
        return constructors.Concat(fields).Concat(properties).Concat(methods);
    }

    private static string? Describe(PropertyInfo property)
    {
        MethodInfo? getter = property.GetMethod is { } get && IsVisible(get) ? get : null;
        MethodInfo? setter = property.SetMethod is { } set && IsVisible(set) ? set : null;
        if ((getter ?? setter) is not { } accessor || property.Name == "EqualityContract")
        {
            return null;
        }

        bool isInit = setter?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        string access = $"{(getter is null ? "" : "get; ")}{(setter is null ? "" : isInit ? "init; " : "set; ")}";
        string required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        string index = property.GetIndexParameters() is { Length: > 0 } parameters ? $"[{string.Join(", ", parameters.Select(Parameter))}]" : "";
        string nullable = Nullability.Create(property).ReadState == NullabilityState.Nullable && !property.PropertyType.IsValueType ? "?" : "";
        return $"{(accessor.IsStatic ? "static " : "")}{required}{Name(property.PropertyType)}{nullable} {property.Name}{index} {{ {access}}}";
    }

    private static string Parameters(MethodBase method) =>
        (method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "") + string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        string modifier = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : "";
        string value = !parameter.HasDefaultValue ? ""
            : parameter.DefaultValue switch
            {
                null => " = default",
                string text => $" = \"{text}\"",
                bool flag => flag ? " = true" : " = false",
                IFormattable number => $" = {number.ToString(null, CultureInfo.InvariantCulture)}",
                var other => $" = {other}",
            };
        return $"{modifier}{Annotated(parameter)} {parameter.Name}{value}";
    }

    private static string Annotated(ParameterInfo parameter)
    {
        bool isNullable = !parameter.ParameterType.IsValueType && !parameter.ParameterType.IsByRef
            && Nullability.Create(parameter) is { ReadState: NullabilityState.Nullable } or { WriteState: NullabilityState.Nullable };
        return Name(parameter.ParameterType) + (isNullable && !parameter.ParameterType.IsValueType ? "?" : "");
    }

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(static type => type.Name))}>" : "";

    private static string Name(Type type)
    {
        if (type.IsByRef)
        {
            return Name(type.GetElementType() ?? typeof(void));
        }

        if (type.IsArray)
        {
            return $"{Name(type.GetElementType() ?? typeof(void))}[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return $"{Name(underlying)}?";
        }

        string name = type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType ?? typeof(void))}.{type.Name}" : type.Name;
        return type.IsGenericType
            ? $"{name[..name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : name;
    }

    private static bool IsVisible(MethodBase method) =>
        method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && method.DeclaringType is { IsSealed: false });

    // What the compiler writes for a record, and overrides that every object has.
    private static bool IsGenerated(MethodInfo method) =>
        method.Name.Contains('<', StringComparison.Ordinal)
        || method.Name.Contains('.', StringComparison.Ordinal)
        || method.IsDefined(typeof(CompilerGeneratedAttribute))
        || method.Name is nameof(Equals) or nameof(GetHashCode) or nameof(ToString) or "PrintMembers" or "Deconstruct";

    private static bool IsEquatable(Type seam) => seam.IsGenericType && seam.GetGenericTypeDefinition() == typeof(IEquatable<>);

    private static bool IsRecord(Type type) =>
        type.GetMethod("<Clone>$") is not null
        || (type.IsValueType && type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is not null);
}
