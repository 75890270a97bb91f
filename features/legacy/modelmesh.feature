@extended @exact-names
Feature: Legacy services and ModelMesh
  Services in ModelMesh mode belong to another controller, and their legacy key is left as it is. The mode is an annotation
  of the service or the default of the cluster. Releases differ in when that default counts, and in what their webhooks
  can bear.

  @rule-modelmesh-not-converted @since-0.9.0 @until-0.9.0
  Scenario Outline: In v0.9.0 a ModelMesh service of the legacy key <key> needs a version or crashes the webhook
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: ModelMesh}
      spec:
        predictor:
          <key>: {storageUri: gs://example/models/model}
      """
    Then the service is rejected

    Examples: Two of the keys
      | key        |
      | tensorflow |
      | pytorch    |

  @rule-modelmesh-not-converted @since-0.9.0 @until-0.9.0
  Scenario: In v0.9.0 a ModelMesh service of a legacy key with a version is stored as it is
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: ModelMesh}
      spec:
        predictor:
          tensorflow:
            storageUri: gs://example/models/model
            runtimeVersion: 2.6.2
      """
    Then it is stored with legacy key "tensorflow"

  @rule-modelmesh-default-converted @rule-exactly-one-implementation @needs-default-mode @since-0.10.0
  Scenario: Where ModelMesh is the default, applying a legacy manifest a second time is rejected
    Given the default deployment mode is "ModelMesh"
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then the service is accepted
    And it is not managed by this controller
    When the service is applied again
    Then the service is rejected with "xactly one of ["

  @rule-modelmesh-not-converted @needs-default-mode @until-0.8.0
  Scenario: In v0.8.0 only the service's own annotation keeps a legacy key from conversion
    Given the default deployment mode is "ModelMesh"
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it is stored with format "sklearn"
    And it is stored without a legacy key
