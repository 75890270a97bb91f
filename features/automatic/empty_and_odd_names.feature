@extended
Feature: Empty versions and odd names of formats are taken as they are written
  KServe compares a service's format and version with a runtime's as one text, the format followed by a colon and
  the version. Nothing keeps empty values or colons out of a manifest, so a version that is there but empty is one
  more version, and a format that has a colon in its name can be taken for another format's version.

  @rule-version-empty
  Scenario Outline: An empty version is answered only by an empty version: listed "<listed>"
    Given a ClusterServingRuntime "model-server"
      | format  | version  | autoSelect |
      | sklearn | <listed> | true       |
    When a service in namespace "team-a" requests "sklearn" version ""
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | listed |
      | 1      |
      |        |

  @rule-version-empty
  Scenario: An empty version that is listed is served
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | ""      | true       |
    When a service in namespace "team-a" requests "sklearn" version ""
    Then it runs on ClusterServingRuntime "model-server"

  @rule-version-empty
  Scenario: An empty version that is listed also answers a service without a version
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | ""      | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"

  @rule-label-collision
  Scenario: A format named with a colon is taken for a version of another format
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn:1"
    Then it runs on ClusterServingRuntime "model-server"

  @rule-label-collision
  Scenario: A version of a format is taken for a format named with a colon
    Given a ClusterServingRuntime "model-server"
      | format    | version | autoSelect |
      | sklearn:1 |         | true       |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ClusterServingRuntime "model-server"

  @rule-format-exact @exact-names
  Scenario: An empty format is not a wish for any format
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests ""
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-format-exact @exact-names
  Scenario: An empty format is answered by a runtime that lists one
    Given a ClusterServingRuntime "model-server"
      | format | version | autoSelect |
      | ""     |         | true       |
    When a service in namespace "team-a" requests ""
    Then it runs on ClusterServingRuntime "model-server"

  @rule-format-exact
  Scenario: A service that leaves out its format is given no runtime of another format
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            storageUri: gs://example/models/model
      """
    Then it has no runtime because of "NoSupportingRuntime"
